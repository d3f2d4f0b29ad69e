"""A real server over an echo backend, on a Unix socket."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sluice_worker.serving.worker_identity import WorkerIdentity
from sluice_worker.serving.worker_server import ServerOptions, WorkerServer
from sluice_worker.transport.listen_address import UnixAddress

from .client import MODEL, Client
from .echo_backend import EchoBackend


@dataclass
class Served:
    server: WorkerServer
    backend: EchoBackend
    client: Client
    address: str


Serve = Callable[..., Awaitable[Served]]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short, as the paths of Unix sockets have to be."""
    with tempfile.TemporaryDirectory(prefix="sluice-") as path:
        yield Path(path)


@pytest.fixture
async def serve(folder: Path) -> AsyncIterator[Serve]:
    """Starts a worker; `load=False` leaves it loading. Other arguments are the server's options."""
    async with AsyncExitStack() as stack:

        async def start(backend: EchoBackend | None = None, *, load: bool = True, **options: Any) -> Served:
            backend = backend or EchoBackend()
            identity = WorkerIdentity("worker-1", {"zone": "a"})
            settings = ServerOptions(
                identity=identity, model_id=MODEL, engine="echo", source="/models/echo", **options
            )
            server = WorkerServer(lambda: backend, settings)
            address = await server.start(UnixAddress(str(folder / "worker.sock")))
            stack.push_async_callback(server.stop)
            client = await stack.enter_async_context(Client(address))
            if load:
                await server.load()
            return Served(server, backend, client, address)

        yield start
