"""From the command line's options to vLLM's arguments."""

from __future__ import annotations

from ..backend import Backend
from ..backends import BackendOptions
from ..errors import WorkerError
from .backend import VllmBackend
from .library import Library, import_library


def create_backend(options: BackendOptions) -> Backend:
    library = import_library()
    return VllmBackend(library, engine_arguments(library, options))


def engine_arguments(library: Library, options: BackendOptions) -> dict[str, object]:
    """`extra` may set every further field of `AsyncEngineArgs`."""
    if options.device not in ("auto", "cuda"):
        message = (
            f"device is {options.device!r}; vLLM runs on the device that it was installed for: leave it out"
        )
        raise WorkerError("UNSUPPORTED_PARAMETER", message, param="device")
    if options.threads:
        message = "threads is not supported by the vllm backend: set OMP_NUM_THREADS"
        raise WorkerError("UNSUPPORTED_PARAMETER", message, param="threads")
    for name in options.extra:
        if name not in library.argument_names:
            raise WorkerError("INVALID_REQUEST", f"vLLM {library.version} has no option {name!r}", param=name)
    given: dict[str, object] = {
        "model": options.model,
        "revision": options.revision,
        "dtype": options.dtype,
        "trust_remote_code": options.trust_remote_code,
        "max_model_len": options.context_length or None,
        "max_num_seqs": options.parallel or None,
        "max_num_batched_tokens": options.batch_tokens or None,
    }
    # Requests bring priorities, which the default policy refuses.
    fixed: dict[str, object] = {"scheduling_policy": "priority", "enable_log_requests": False}
    set_ = {name: value for name, value in given.items() if value is not None}
    return {**fixed, **set_, **options.extra}
