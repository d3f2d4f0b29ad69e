"""What is told of the model, and of what can be done with it."""

from __future__ import annotations

from ..chat_output.answer_parser import OutputFormat
from ..contract import messages as wire
from .model_state import ModelState
from .timestamps import encode_timestamp


def list_tasks(model: ModelState) -> list[str]:
    if model.loaded is None:
        return []
    has = set(model.loaded.backend.features)
    if not model.loaded.description.has_chat_template:
        has.discard("chat")
    return [task for task in ("chat", "complete", "embed") if task in has]


def list_features(model: ModelState, output: OutputFormat) -> list[str]:
    """Of the contract's list; empty until the model is loaded."""
    if model.loaded is None:
        return []
    features = list_tasks(model)
    if "chat" in features:
        if output.calls is not None and "tools" in model.loaded.description.chat_template:
            features.append("tools")
        if output.reasoning:
            features.append("reasoning")
    others = ("logprobs", "structured_output")
    return [*features, *(name for name in others if name in model.loaded.backend.features)]


def encode_model_info(model: ModelState, source: str, revision: str) -> wire.ModelInfo:
    """`source` and `revision`: what the model was started from."""
    info = wire.ModelInfo(
        id=model.id,
        source=source,
        revision=revision,
        state=_encode_state(model),
        error="" if model.failure is None else model.failure.message,
        aliases=model.aliases,
        tasks=list_tasks(model),
    )
    if model.loaded is None:
        return info
    description = model.loaded.description
    info.context_length = description.context_length
    info.trained_context_length = description.trained_context_length
    info.vocabulary_size = description.vocabulary_size
    info.embedding_dimensions = description.embedding_dimensions if "embed" in info.tasks else 0
    info.dtype = description.dtype
    info.quantization = description.quantization
    info.architecture = description.architecture
    info.parameters = description.parameters
    info.size_bytes = description.size_bytes
    info.has_chat_template = description.has_chat_template
    info.eos_token_ids.extend(description.eos_token_ids)
    if model.loaded_at is not None:
        info.loaded_at.CopyFrom(encode_timestamp(model.loaded_at))
    return info


def _encode_state(model: ModelState) -> int:
    if model.state == "failed":
        return wire.MODEL_STATE_FAILED
    if model.draining or model.withdrawn:
        return wire.MODEL_STATE_DRAINING
    return wire.MODEL_STATE_READY if model.state == "ready" else wire.MODEL_STATE_LOADING
