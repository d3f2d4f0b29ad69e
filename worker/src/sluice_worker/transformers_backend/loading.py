"""Loads configuration, tokenizer and weights with transformers; what goes wrong becomes INVALID_MODEL."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import transformers
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoTokenizer

from ..errors import WorkerError
from .architecture import Traits, architecture_name, assert_row_attention, is_causal, read_traits
from .attention import ROW_ATTENTION
from .checkpoint import Checkpoint, inspect_checkpoint, invalid_model, locate
from .devices import dtype_name, read_memory, resolve_device, resolve_dtype
from .out_of_memory import is_out_of_memory, release_memory
from .settings import TransformersSettings

log = logging.getLogger(__name__)

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    checkpoint: Checkpoint
    config: Any
    tokenizer: Any
    model: Any
    device: torch.device
    dtype: torch.dtype
    #: None: it only encodes, for embeddings.
    traits: Traits | None


def load_model(settings: TransformersSettings, progress: Progress) -> Loaded:
    """Weights on their device. Nothing is downloaded where the model is a folder."""
    device = resolve_device(settings.device)
    folder = locate(settings, progress)
    checkpoint = inspect_checkpoint(folder, allow_pickle=settings.allow_pickle)
    config = _load_config(checkpoint, settings)
    causal = is_causal(checkpoint)
    # Before gigabytes are read for nothing.
    traits = read_traits(config) if causal else None
    dtype = resolve_dtype(settings.dtype, device, _checkpoint_dtype(config))
    _assert_memory(checkpoint, device, dtype)
    progress(0.05, "loading the tokenizer")
    tokenizer = _load_tokenizer(checkpoint, settings)
    progress(0.1, f"loading {checkpoint.size_bytes / 1e9:.1f} GB of weights")
    model = _load_weights(checkpoint, settings, config, dtype, causal=causal)
    if causal:
        assert_row_attention(model)
        model.set_attn_implementation(ROW_ATTENTION)
    progress(0.7, f"moving the weights to {device}")
    model = _move(model.eval(), checkpoint, device, dtype)
    return Loaded(checkpoint, config, tokenizer, model, device, dtype, traits)


def _checkpoint_dtype(config: Any) -> torch.dtype | None:
    dtype = getattr(config, "dtype", None)
    return getattr(torch, dtype, None) if isinstance(dtype, str) else dtype


def _needs_remote_code(checkpoint: Checkpoint) -> bool:
    return "auto_map" in checkpoint.config


def _load_config(checkpoint: Checkpoint, settings: TransformersSettings) -> Any:
    try:
        return AutoConfig.from_pretrained(
            checkpoint.folder, local_files_only=True, trust_remote_code=settings.trust_remote_code
        )
    except Exception as error:
        name = architecture_name(checkpoint)
        if _needs_remote_code(checkpoint) and not settings.trust_remote_code:
            message = f"{checkpoint.folder} brings Python code of its own for {name}"
            raise invalid_model(f"{message}: read it, and set trust_remote_code if you trust it") from error
        message = f"transformers {transformers.__version__} does not know the architecture {name!r}"
        raise invalid_model(f"{message} of {checkpoint.folder} ({_first_line(error)})") from error


def _load_tokenizer(checkpoint: Checkpoint, settings: TransformersSettings) -> Any:
    try:
        return AutoTokenizer.from_pretrained(
            checkpoint.folder, local_files_only=True, trust_remote_code=settings.trust_remote_code
        )
    except Exception as error:
        raise invalid_model(
            f"the tokenizer of {checkpoint.folder} cannot be loaded: {_first_line(error)}"
        ) from error


def _load_weights(
    checkpoint: Checkpoint, settings: TransformersSettings, config: Any, dtype: torch.dtype, *, causal: bool
) -> Any:
    transformers.utils.logging.disable_progress_bar()
    family = AutoModelForCausalLM if causal else AutoModel
    try:
        loaded: Any = family.from_pretrained(
            checkpoint.folder,
            config=config,
            dtype=dtype,
            local_files_only=True,
            use_safetensors=not checkpoint.pickled,
            trust_remote_code=settings.trust_remote_code,
            output_loading_info=True,
        )
    except Exception as error:
        if is_out_of_memory(error):
            raise _too_large(checkpoint, torch.device("cpu"), dtype) from error
        raise invalid_model(
            f"the weights of {checkpoint.folder} cannot be loaded: {_first_line(error)}"
        ) from error
    model, report = loaded
    # transformers fills what is not in the files with random numbers and only warns.
    missing = sorted(map(str, report.get("missing_keys", ())))
    if missing and causal:
        message = f"the weights of {checkpoint.folder} lack {len(missing)} tensors, such as {missing[0]}"
        raise invalid_model(f"{message}: the files are incomplete, or they belong to another architecture")
    if report.get("mismatched_keys"):
        raise invalid_model(f"weights in {checkpoint.folder} have other shapes than its config.json says")
    return model


def _move(model: Any, checkpoint: Checkpoint, device: torch.device, dtype: torch.dtype) -> Any:
    try:
        return model.to(device)
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        release_memory(device)
        raise _too_large(checkpoint, device, dtype) from error


def _needed_bytes(checkpoint: Checkpoint, dtype: torch.dtype) -> int:
    return checkpoint.parameters * dtype.itemsize or checkpoint.size_bytes


def _assert_memory(checkpoint: Checkpoint, device: torch.device, dtype: torch.dtype) -> None:
    # Quantized weights stay as small as their files.
    if "quantization_config" in checkpoint.config:
        return
    _, free = read_memory(device)
    if 0 < free < _needed_bytes(checkpoint, dtype):
        raise _too_large(checkpoint, device, dtype)


def _too_large(checkpoint: Checkpoint, device: torch.device, dtype: torch.dtype) -> WorkerError:
    needed, (_, free) = _needed_bytes(checkpoint, dtype), read_memory(device)
    message = f"{checkpoint.folder} takes {needed / 1e9:.1f} GB as {dtype_name(dtype)}, and {device} has"
    return WorkerError(
        "INSUFFICIENT_MEMORY",
        f"{message} {free / 1e9:.1f} GB free: unload another model, or choose a smaller model or dtype",
        details={"needed_bytes": needed, "free_bytes": free},
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
