"""Which architectures this backend can run, and what their configurations say."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

from transformers.cache_utils import get_layer_types_and_kwargs

from .checkpoint import Checkpoint, invalid_model

#: Layers whose cache is one key and one value per token, which rows can share, cut and leave.
_ROW_LAYERS = {"full_attention", "sliding_attention"}
#: These scale positions by the longest sequence of the batch, so they hold only up to their first length.
_LENGTH_DEPENDENT_ROPE = {"dynamic", "longrope"}
_CAUSAL_SUFFIXES = ("ForCausalLM", "LMHeadModel")


@dataclass(frozen=True, slots=True)
class Traits:
    #: Per layer: how many tokens attention looks back, its own included. None: all.
    windows: tuple[int | None, ...]
    #: Tokens; 0: unknown.
    trained_context_length: int
    #: Above this a request's text would depend on the others in the batch. None: no such limit.
    longest_exact: int | None


def architecture_name(checkpoint: Checkpoint) -> str:
    return str(checkpoint.config.get("model_type") or "unknown")


def is_causal(checkpoint: Checkpoint) -> bool:
    """False: the model encodes, for embeddings, and generates nothing."""
    names = checkpoint.config.get("architectures") or []
    return not names or any(str(name).endswith(_CAUSAL_SUFFIXES) for name in names)


def text_config(config: Any) -> Any:
    return config.get_text_config(decoder=True)


def read_traits(config: Any) -> Traits:
    """Raises INVALID_MODEL for an architecture whose cache is no rows of keys and values."""
    if getattr(config, "is_encoder_decoder", False):
        raise invalid_model(
            f"{config.model_type} is an encoder-decoder: this backend runs decoder-only models"
        )
    text = text_config(config)
    kinds, settings = get_layer_types_and_kwargs(text)
    strange = sorted(set(kinds) - _ROW_LAYERS)
    if strange:
        message = f"{config.model_type} has layers ({', '.join(strange)}) whose state cannot be kept per row"
        raise invalid_model(f"{message}: use a model with plain attention, or another engine such as vllm")
    windows = tuple(
        layer.get("sliding_window") if kind == "sliding_attention" else None
        for kind, layer in zip(kinds, settings, strict=True)
    )
    trained = getattr(text, "max_position_embeddings", None) or 0
    return Traits(windows, trained, _longest_exact(text))


def _longest_exact(text: Any) -> int | None:
    parameters = getattr(text, "rope_parameters", None)
    if not isinstance(parameters, dict):
        return None
    nested = [value for value in parameters.values() if isinstance(value, dict)]
    for rope in (parameters, *nested):
        if rope.get("rope_type") in _LENGTH_DEPENDENT_ROPE:
            original = rope.get("original_max_position_embeddings")
            original = original or getattr(text, "original_max_position_embeddings", None)
            return original or getattr(text, "max_position_embeddings", None)
    return None


def assert_row_attention(model: Any) -> None:
    """Raises INVALID_MODEL where attention cannot be replaced or positions cannot be given."""
    name = model.config.model_type
    if not model._can_set_attn_implementation():
        raise invalid_model(
            f"{name} has an attention of its own that transformers cannot replace: use another engine"
        )
    if "position_ids" not in inspect.signature(model.forward).parameters:
        raise invalid_model(f"{name} takes no positions, so rows of different lengths cannot share a step")
