"""Why vLLM could not load a model, as far as its words tell."""

from __future__ import annotations

from ..errors import Reason, WorkerError

_MEMORY = (
    "out of memory",
    "no available memory",
    "free memory on device",
    "larger than the available kv cache memory",
    "to serve at least one request",
)


def explain_load_failure(error: Exception, model: str) -> WorkerError:
    text = str(error).strip() or type(error).__name__
    if any(words in text.lower() for words in _MEMORY):
        advice = "choose a smaller model or dtype, or a smaller --context-length"
        return WorkerError("INSUFFICIENT_MEMORY", f"{model} does not fit: {_short(text)}; {advice}")
    # Its configuration is checked in this process, by pydantic and by hand, and refused with these.
    is_models_fault = isinstance(error, (ValueError, OSError))
    reason: Reason = "INVALID_MODEL" if is_models_fault else "ENGINE_FAILED"
    return WorkerError(reason, f"vLLM cannot load {model}: {_short(text)}")


def _short(text: str) -> str:
    return " ".join(text.split())[:500]
