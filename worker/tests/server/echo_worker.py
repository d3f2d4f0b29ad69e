"""A worker process over the echo backend: `python echo_worker.py NAME=VALUE... -- ARGUMENTS`.

What stands before `--` sets the backend's fields; `load=invalid`, `load=memory` and `load=never` its load.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from server.echo_backend import EchoBackend
from sluice_worker import __main__
from sluice_worker.backends import BackendOptions
from sluice_worker.errors import WorkerError
from sluice_worker.process import run


def create(fields: dict[str, str]) -> EchoBackend:
    backend = EchoBackend(context_length=100_000)
    match fields.get("load"):
        case "invalid":
            backend.load_error = WorkerError("INVALID_MODEL", "these are no weights")
        case "memory":
            backend.load_error = WorkerError("INSUFFICIENT_MEMORY", "it does not fit")
        case "broken":
            backend.load_error = RuntimeError("it broke")
        case "never":
            backend.may_load.clear()
    if fields.get("go") == "never":
        backend.may_go.clear()
    if "dies" in fields:
        backend.load = _dying(backend)
    return backend


def _dying(backend: EchoBackend):
    """Its engine ends on its own once it is loaded."""
    load = backend.load

    async def load_and_die(progress):
        description = await load(progress)
        error = WorkerError("ENGINE_FAILED", "the engine thread has ended")
        asyncio.get_running_loop().call_later(0.1, setattr, backend, "failure", error)
        return description

    return load_and_die


if __name__ == "__main__":
    split = sys.argv.index("--")
    given = dict(pair.split("=") for pair in sys.argv[1:split])

    def create_echo(_name: str, _options: BackendOptions) -> EchoBackend:
        return create(given)

    run.assert_installed = lambda _name: None
    run.create_backend = create_echo
    sys.argv[1:] = sys.argv[split + 1 :]
    __main__.main()
