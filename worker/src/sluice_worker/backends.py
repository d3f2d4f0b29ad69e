"""Which backends there are, and how one is made. None is imported before it is chosen."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Protocol

from .backend import Backend
from .errors import WorkerError


@dataclass(frozen=True, slots=True)
class BackendOptions:
    """Zeros and None mean: the backend chooses."""

    #: A folder, or the name of a repository on the Hugging Face hub.
    model: str
    revision: str | None = None
    device: str = "auto"
    dtype: str = "auto"
    #: Tokens per request, prompt and answer together.
    context_length: int = 0
    #: Requests that generate at the same time.
    parallel: int = 0
    #: CPU threads.
    threads: int = 0
    #: Most tokens in one step.
    batch_tokens: int = 0
    trust_remote_code: bool = False
    #: What only one backend knows; it refuses names that it does not know.
    extra: Mapping[str, object] = field(default_factory=dict)


class BackendUnavailableError(Exception):
    """It cannot run here; the message says what to install."""


class BackendFactory(Protocol):
    def __call__(self, options: BackendOptions) -> Backend: ...


#: Name -> where its `create_backend(options)` lives, and the package that it needs.
BACKENDS = {
    "transformers": ("sluice_worker.transformers_factory", "transformers"),
    "vllm": ("sluice_worker.vllm_backend.factory", "vllm"),
    "mlx": ("sluice_worker.mlx_backend.factory", "mlx_lm"),
}


def resolve_backend(name: str) -> str:
    """What `auto` means on this machine."""
    if name != "auto":
        return name
    if sys.platform == "darwin" and platform.machine() == "arm64" and _is_installed("mlx"):
        return "mlx"
    if _is_installed("vllm") and _has_cuda():
        return "vllm"
    return "transformers"


def assert_installed(name: str) -> None:
    """Raises BackendUnavailableError. Imports nothing."""
    if not _is_installed(name):
        raise BackendUnavailableError(
            f"the backend {name} is not installed for {sys.executable}: pip install 'sluice-worker[{name}]'"
        )


def create_backend(name: str, options: BackendOptions) -> Backend:
    """Imports the backend's libraries, which takes seconds. Raises WorkerError for what it refuses."""
    try:
        factory: BackendFactory = importlib.import_module(BACKENDS[name][0]).create_backend
    except ImportError as error:
        raise WorkerError("ENGINE_FAILED", f"the backend {name} cannot be imported: {error}") from error
    return factory(options)


def _is_installed(name: str) -> bool:
    return find_spec(BACKENDS[name][1]) is not None


def _has_cuda() -> bool:
    """A driver is there; asking torch would take seconds before the worker listens."""
    return any(os.path.exists(path) for path in ("/dev/nvidiactl", "/dev/nvidia0", "/dev/dxg"))
