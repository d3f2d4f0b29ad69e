"""Makes the transformers backend from the options of the command line."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

from .backend import Backend
from .backends import BackendOptions
from .errors import WorkerError
from .transformers_backend.backend import TransformersBackend
from .transformers_backend.settings import AttentionKernel, Dtype, TransformersSettings


def create_backend(options: BackendOptions) -> Backend:
    """Options that all backends have go by their names; `extra` may set the rest of the settings."""
    common = {name: getattr(options, name) for name in _COMMON}
    known = {field.name for field in fields(TransformersSettings)} - _COMMON
    for name in options.extra:
        if name not in known:
            message = f"the transformers backend has no option {name!r}; it has {', '.join(sorted(known))}"
            raise WorkerError("INVALID_REQUEST", message, param=name)
    _assert_choice("dtype", options.dtype, get_args(Dtype))
    _assert_choice("attention", options.extra.get("attention", "auto"), get_args(AttentionKernel))
    for name, value in options.extra.items():
        if name != "attention" and not isinstance(value, bool):
            raise WorkerError("INVALID_REQUEST", f"{name} must be true or false", param=name)
    settings = TransformersSettings(**common, **options.extra)  # pyright: ignore[reportArgumentType]
    return TransformersBackend(settings)


_COMMON = frozenset(
    {
        "model",
        "revision",
        "device",
        "dtype",
        "context_length",
        "parallel",
        "threads",
        "batch_tokens",
        "trust_remote_code",
    }
)


def _assert_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        message = f"{name} is {value!r}; the transformers backend knows {', '.join(choices)}"
        raise WorkerError("INVALID_REQUEST", message, param=name)
