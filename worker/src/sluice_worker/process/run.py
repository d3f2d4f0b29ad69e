"""The life of a worker process: listen, load, serve, drain, end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys

from ..backend import ReportsFailure
from ..backends import (
    BackendOptions,
    BackendUnavailableError,
    assert_installed,
    create_backend,
    resolve_backend,
)
from ..errors import WorkerError
from ..serving.inference import ParserNames
from ..serving.worker_identity import WorkerIdentity
from ..serving.worker_server import ServerOptions, WorkerServer
from ..transport.credentials import TlsFiles
from ..transport.grpc_server import has_reflection
from ..transport.listen_address import ListenError
from .arguments import Arguments
from .parent_watch import follow_parent
from .stop_signals import StopSignals

log = logging.getLogger(__name__)

#: By the reason for which a start failed; others are 1.
_EXIT_CODES = {"INVALID_MODEL": 5, "INSUFFICIENT_MEMORY": 6, "INVALID_REQUEST": 2, "UNSUPPORTED_PARAMETER": 2}
#: Seconds between two looks at the engine.
_LOOK_INTERVAL = 1.0
#: Seconds for the engine to let go of its memory at the end; the process ends anyway.
_CLOSE_TIMEOUT = 5.0


async def run_worker(arguments: Arguments) -> int:
    """Returns the exit code."""
    try:
        server = _create_server(arguments)
        tls = _tls_files(arguments)
        signals = StopSignals(lambda: _remove_socket(server))
        address = await server.start(arguments.listen, tls)
    except (BackendUnavailableError, ListenError) as error:
        reason = "UNSUPPORTED_FEATURE" if isinstance(error, BackendUnavailableError) else "ENGINE_FAILED"
        return _fail(WorkerError(reason, str(error)), 2 if isinstance(error, BackendUnavailableError) else 1)
    if arguments.parent_pipe:
        follow_parent(lambda: _remove_socket(server))
    _announce({"event": "listening", "address": address})
    log.info("listening at %s", address, extra={"worker": arguments.worker_id})
    try:
        code = await _serve(server, signals)
        if code == 0:
            await _drain(server, arguments)
        return code
    finally:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(server.stop(), _CLOSE_TIMEOUT)


def _create_server(arguments: Arguments) -> WorkerServer:
    engine = resolve_backend(arguments.backend)
    assert_installed(engine)
    if arguments.reflection and not has_reflection():
        raise BackendUnavailableError("--reflection needs a package: pip install grpcio-reflection")
    options = BackendOptions(
        model=arguments.model,
        revision=arguments.revision,
        device=arguments.device,
        dtype=arguments.dtype,
        context_length=arguments.context_length,
        parallel=arguments.parallel,
        threads=arguments.threads,
        batch_tokens=arguments.batch_tokens,
        trust_remote_code=arguments.trust_remote_code,
        extra=dict(arguments.backend_option),
    )
    return WorkerServer(
        lambda: create_backend(engine, options),
        ServerOptions(
            identity=WorkerIdentity(arguments.worker_id, dict(arguments.label)),
            model_id=arguments.id,
            engine=engine,
            source=arguments.model,
            aliases=tuple(arguments.alias),
            revision=arguments.revision or "",
            max_queue=arguments.max_queue,
            parsers=ParserNames(arguments.tool_parser, arguments.reasoning_parser),
            reflection=arguments.reflection,
        ),
    )


def _tls_files(arguments: Arguments) -> TlsFiles | None:
    if arguments.tls_cert is None or arguments.tls_key is None:
        return None
    return TlsFiles(arguments.tls_cert, arguments.tls_key, arguments.tls_client_ca)


async def _serve(server: WorkerServer, signals: StopSignals) -> int:
    """Until it is asked to stop (0), or cannot go on."""
    asked = asyncio.ensure_future(signals.asked.wait())
    loading = asyncio.ensure_future(server.load())
    await asyncio.wait((asked, loading), return_when=asyncio.FIRST_COMPLETED)
    if asked.done():
        loading.cancel()
        return 0
    try:
        loading.result()
    except WorkerError as error:
        return _fail(error)
    except Exception as error:
        log.exception("the model could not be loaded")
        return _fail(WorkerError("ENGINE_FAILED", f"the model could not be loaded: {error}"))
    log.info("serving %s", server.model.id)
    failing = asyncio.ensure_future(_await_failure(server))
    await asyncio.wait((asked, failing), return_when=asyncio.FIRST_COMPLETED)
    if not failing.done():
        failing.cancel()
        return 0
    failure = failing.result()
    log.critical("the engine has ended: %s", failure.message)
    server.model.fail(failure)
    return 1


async def _await_failure(server: WorkerServer) -> WorkerError:
    """A worker without an engine would accept requests and never answer."""
    while True:
        backend = server.model.loaded and server.model.loaded.backend
        failure = backend.failure if isinstance(backend, ReportsFailure) else None
        if failure is not None:
            return failure
        await asyncio.sleep(_LOOK_INTERVAL)


async def _drain(server: WorkerServer, arguments: Arguments) -> None:
    server.withdraw()
    if arguments.drain_grace > 0:
        await asyncio.sleep(arguments.drain_grace)
    await server.drain(arguments.drain_timeout)
    log.info("stopped")


def _fail(error: WorkerError, code: int | None = None) -> int:
    _announce({"event": "failed", "reason": error.reason, "message": error.message})
    log.critical("%s", error.message)
    return _EXIT_CODES.get(error.reason, 1) if code is None else code


def _announce(event: dict[str, str]) -> None:
    """Whoever has started us may be gone; that is noticed elsewhere."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()


def _remove_socket(server: WorkerServer) -> None:
    if server.binding is not None:
        server.binding.remove()
