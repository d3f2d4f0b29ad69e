"""From settings to a model that is ready to generate: loads, checks, sizes and warms up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ..backend import ModelDescription
from .architecture import Traits, architecture_name, text_config
from .chat_prompts import ChatPrompts
from .context_size import KvDemand, resolve_context
from .decode_graphs import DecodeGraphs, cuda_recorder
from .devices import dtype_name, resolve_threads
from .embedder import Embedder
from .engine import Engine, Forward
from .kv_cache import KeyValueCache
from .loaded_model import CausalModel, EncoderModel
from .loading import Loaded, load_model
from .out_of_memory import release_memory
from .probe import probe_rows
from .runner import ModelRunner
from .sampler import Sampler
from .scheduler import Scheduler
from .settings import TransformersSettings
from .vocabulary import Vocabulary

#: Where the settings leave it open: rows of keys and values, and tokens of one step. A step of 512 tokens
#: keeps the pauses of running requests short on slow devices.
_PARALLEL = {"cpu": 16, "mps": 16, "cuda": 64}
_BATCH_TOKENS = {"cpu": 512, "mps": 512, "cuda": 2048}


@dataclass(frozen=True, slots=True)
class Started:
    """What the event loop needs of a running model."""

    engine: Engine
    vocabulary: Vocabulary
    prompts: ChatPrompts
    description: ModelDescription
    device: torch.device
    causal: bool


def start_model(
    settings: TransformersSettings, progress: Callable[[float, str], None]
) -> tuple[Started, Forward]:
    """Called by the engine thread, whose thread settings count."""
    torch.set_num_threads(resolve_threads(settings.threads))
    loaded = load_model(settings, progress)
    progress(0.9, "warming up")
    vocabulary = _vocabulary(loaded)
    if loaded.traits is None:
        engine, forward, context = _start_encoder(loaded, settings)
    else:
        engine, forward, context = _start_causal(loaded, loaded.traits, vocabulary, settings)
    prompts = ChatPrompts(loaded.tokenizer)
    description = _describe(loaded, settings, vocabulary, prompts, context)
    causal = loaded.traits is not None
    progress(1.0, "ready")
    return Started(engine, vocabulary, prompts, description, loaded.device, causal), forward


def release_model(device: torch.device) -> None:
    release_memory(device)


def _start_causal(
    loaded: Loaded, traits: Traits, vocabulary: Vocabulary, settings: TransformersSettings
) -> tuple[Engine, Forward, int]:
    """The engine, what it drives, and the context's length."""
    model, device = loaded.model, loaded.device
    eager = settings.attention == "eager"
    bytes_per_token = probe_rows(model, traits.windows, vocabulary.size, eager=eager)
    rows = settings.parallel or _PARALLEL[device.type]
    batch_tokens = settings.batch_tokens or _BATCH_TOKENS[device.type]
    context = resolve_context(
        settings.context_length,
        traits.trained_context_length,
        traits.longest_exact,
        KvDemand(bytes_per_token, rows),
        device,
    )
    # One row more than requests can have, for `DecodeGraphs`.
    records = _records(settings, device)
    # Recordings need keys and values that stay where they are.
    cache = KeyValueCache(rows + 1, context, preallocate=records or device.type == "cuda")
    runner = ModelRunner(model, cache, traits.windows, eager=eager)
    graphs = DecodeGraphs(runner, rows, cuda_recorder()) if records else None
    if graphs is not None and not graphs.prepare():
        graphs = None
    embedder = Embedder(model.base_model, traits.windows, batch_tokens, causal=True, eager=eager)
    forward = CausalModel(runner, Sampler(rows, vocabulary, device), embedder, graphs)
    return Engine(Scheduler(rows, batch_tokens), rows * context), forward, context


def _records(settings: TransformersSettings, device: torch.device) -> bool:
    return settings.cuda_graphs and device.type == "cuda"


def _start_encoder(loaded: Loaded, settings: TransformersSettings) -> tuple[Engine, Forward, int]:
    trained = getattr(loaded.config, "max_position_embeddings", None) or 512
    batch_tokens = settings.batch_tokens or _BATCH_TOKENS[loaded.device.type]
    embedder = Embedder(loaded.model, (), batch_tokens, causal=False)
    context = min(filter(None, (settings.context_length, trained)))
    engine = Engine(Scheduler(0, batch_tokens), 0)
    return engine, EncoderModel(embedder, loaded.device), context


def _vocabulary(loaded: Loaded) -> Vocabulary:
    size = text_config(loaded.config).vocab_size
    return Vocabulary(loaded.tokenizer, size, _end_tokens(loaded))


def _end_tokens(loaded: Loaded) -> Sequence[int]:
    """Every id that any of the model's files calls an end of generation."""
    sources: list[Any] = [
        getattr(getattr(loaded.model, "generation_config", None), "eos_token_id", None),
        getattr(text_config(loaded.config), "eos_token_id", None),
        getattr(loaded.tokenizer, "eos_token_id", None),
    ]
    found: list[int] = []
    for source in sources:
        found.extend(source if isinstance(source, (list, tuple)) else [source] if source is not None else [])
    return found


def _describe(
    loaded: Loaded, settings: TransformersSettings, vocabulary: Vocabulary, prompts: ChatPrompts, context: int
) -> ModelDescription:
    text = text_config(loaded.config)
    quantization = loaded.checkpoint.config.get("quantization_config") or {}
    return ModelDescription(
        source=settings.model,
        architecture=architecture_name(loaded.checkpoint),
        context_length=context,
        trained_context_length=getattr(text, "max_position_embeddings", None) or 0,
        vocabulary_size=vocabulary.size,
        dtype=dtype_name(loaded.dtype),
        parameters=loaded.checkpoint.parameters
        or sum(weight.numel() for weight in loaded.model.parameters()),
        size_bytes=loaded.checkpoint.size_bytes,
        has_chat_template=loaded.traits is not None and prompts.has_template,
        chat_template=prompts.template if loaded.traits is not None else "",
        embedding_dimensions=text.hidden_size,
        eos_token_ids=vocabulary.end_tokens,
        quantization=str(quantization.get("quant_method", "")),
    )
