"""From the command line's options to the MLX backend's."""

from __future__ import annotations

from ..backend import Backend
from ..backends import BackendOptions
from ..errors import WorkerError
from .backend import MlxBackend
from .library import import_library
from .settings import MlxSettings


def create_backend(options: BackendOptions) -> Backend:
    """What mlx-lm decides by itself is refused by its name."""
    refused = {
        "dtype": options.dtype if options.dtype != "auto" else "",
        "threads": options.threads,
        "device": options.device if options.device not in ("auto", "mps", "gpu") else "",
        **options.extra,
    }
    for name, value in refused.items():
        if value:
            message = f"{name} is not supported by the mlx backend: leave it out"
            raise WorkerError("UNSUPPORTED_PARAMETER", message, param=name)
    settings = MlxSettings(
        model=options.model,
        revision=options.revision,
        context_length=options.context_length,
        parallel=options.parallel or 16,
        batch_tokens=options.batch_tokens or 2048,
        trust_remote_code=options.trust_remote_code,
    )
    return MlxBackend(import_library(), settings)
