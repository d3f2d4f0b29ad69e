"""All services of a worker over one backend, from its start to its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import grpc.aio

from ..backend import Backend
from ..errors import WorkerError
from ..transport.credentials import TlsFiles
from ..transport.grpc_server import Binding, add_reflection, create_grpc_server
from ..transport.listen_address import ListenAddress
from .control import Control
from .health import Health
from .identity import IdentityInterceptor
from .inference import Inference, ParserNames
from .model_state import LoadStep, ModelState
from .running_calls import RunningCalls
from .worker_identity import WorkerIdentity

log = logging.getLogger(__name__)

#: Seconds for calls to write their last status when the server stops.
_LAST_WORDS = 1.0


@dataclass(frozen=True, slots=True)
class ServerOptions:
    identity: WorkerIdentity
    model_id: str
    #: The backend's name.
    engine: str
    source: str
    aliases: tuple[str, ...] = ()
    revision: str = ""
    #: Generations that may wait for a row.
    max_queue: int = 256
    parsers: ParserNames = field(default_factory=ParserNames)
    reflection: bool = False


class WorkerServer:
    """`start`, `load`, then `withdraw`, `drain` and `stop`. Lives on one event loop."""

    def __init__(self, create_backend: Callable[[], Backend], options: ServerOptions) -> None:
        self._create_backend = create_backend
        self._backend: Backend | None = None
        self.model = ModelState(options.model_id, options.aliases)
        self.calls = RunningCalls(options.max_queue)
        self._inference = Inference(self.model, self.calls, options.parsers)
        self._control = Control(
            options.identity,
            self.model,
            self.calls,
            engine=options.engine,
            source=options.source,
            revision=options.revision,
            output=self._inference.output_format(""),
        )
        self._options = options
        self._server: grpc.aio.Server | None = None
        self.binding: Binding | None = None

    async def start(self, listen: ListenAddress, tls: TlsFiles | None = None) -> str:
        """Listens at once, before the model is there; returns the address with its real port."""
        server = create_grpc_server([IdentityInterceptor(self.model)])
        server.add_generic_rpc_handlers(
            (self._inference.handler(), self._control.handler(), Health(self.model).handler())
        )
        if self._options.reflection:
            add_reflection(server)
        self.binding = Binding(listen)
        self.binding.bind(server, tls)
        await server.start()
        self._server = server
        return str(self.binding.address)

    async def load(self) -> None:
        """Loads and warms up; from then on requests are answered. Raises why it failed."""
        loop = asyncio.get_running_loop()

        def progress(fraction: float, text: str) -> None:
            step = LoadStep(min(1.0, max(0.0, fraction)), text)
            loop.call_soon_threadsafe(self.model.progress, step)

        try:
            # It imports libraries for seconds, and health is asked meanwhile.
            backend = await asyncio.to_thread(self._create_backend)
            self._backend = backend
            description = await backend.load(progress)
        except Exception as error:
            failure = error if isinstance(error, WorkerError) else WorkerError("ENGINE_FAILED", str(error))
            self.model.fail(failure)
            raise
        self.calls.slots = max(1, backend.load_now().slots)
        self._control.output = self._inference.output_format(description.chat_template)
        self.model.ready(backend, description)

    def withdraw(self) -> None:
        """Health says NOT_SERVING, and requests are still taken: callers need a moment to notice."""
        self.model.withdraw()

    async def drain(self, timeout_seconds: float) -> int:
        """Takes nothing new; returns how many calls still ran when the time was over. They are ended."""
        self.model.drain()
        left = await self.calls.idle(timeout_seconds)
        if left > 0:
            log.warning("the drain time is over: ending %d calls", left)
            why = WorkerError("DRAINING", "the worker was stopped before the answer was complete")
            await self.calls.abort(None, why)
        return left

    async def stop(self) -> None:
        """Ends all calls, frees the model and the socket. Idempotent."""
        self.model.drain()
        self.model.stop()
        server, self._server = self._server, None
        if server is not None:
            await server.stop(_LAST_WORDS)
        if self.binding is not None:
            self.binding.remove()
        backend, self._backend = self._backend, None
        if backend is not None:
            await backend.close()
