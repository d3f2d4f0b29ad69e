"""What a handler raises, as the gRPC status that ends its call.

The other side is src/contract/status-error.ts.
"""

from __future__ import annotations

import logging
from typing import NoReturn

import grpc
import grpc.aio

from ..contract import messages as wire
from ..errors import WorkerError

log = logging.getLogger(__name__)

_DOMAIN = "llm.v1"
_TRAILER = "grpc-status-details-bin"
_TYPE_PREFIX = "type.googleapis.com/google.rpc."
#: Statuses travel in HTTP/2 headers, and clients refuse headers of more than 8 KiB.
_LONGEST_MESSAGE = 2_000

_CODES: dict[str, grpc.StatusCode] = {
    "INVALID_REQUEST": grpc.StatusCode.INVALID_ARGUMENT,
    "UNSUPPORTED_PARAMETER": grpc.StatusCode.INVALID_ARGUMENT,
    "UNSUPPORTED_FEATURE": grpc.StatusCode.UNIMPLEMENTED,
    "CONTEXT_LENGTH_EXCEEDED": grpc.StatusCode.INVALID_ARGUMENT,
    "INVALID_MODEL": grpc.StatusCode.FAILED_PRECONDITION,
    "MODEL_MISMATCH": grpc.StatusCode.NOT_FOUND,
    "MODEL_LOADED": grpc.StatusCode.ALREADY_EXISTS,
    "QUEUE_FULL": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "INSUFFICIENT_MEMORY": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "LOADING": grpc.StatusCode.UNAVAILABLE,
    "DRAINING": grpc.StatusCode.UNAVAILABLE,
    "ENGINE_FAILED": grpc.StatusCode.INTERNAL,
}


class CallAbortedError(Exception):
    """The call was ended by Abort; its message says why."""


async def abort_call(context: grpc.aio.ServicerContext, cause: BaseException) -> NoReturn:
    """Ends the call with what `cause` means. What nobody has foreseen is ENGINE_FAILED, and logged whole."""
    if isinstance(cause, CallAbortedError):
        await _abort(context, grpc.StatusCode.CANCELLED, "CANCELLED", WorkerError("DRAINING", str(cause)))
    if not isinstance(cause, WorkerError):
        log.error("a call failed", exc_info=cause)
        text = str(cause).strip().partition("\n")[0]
        said = f"{type(cause).__name__}: {text}" if text else type(cause).__name__
        cause = WorkerError("ENGINE_FAILED", f"the engine failed: {said[:300]}; see the worker's log")
    await _abort(context, _CODES[cause.reason], cause.reason, cause)


async def _abort(
    context: grpc.aio.ServicerContext, code: grpc.StatusCode, reason: str, error: WorkerError
) -> NoReturn:
    message = _well_formed(error.message, _LONGEST_MESSAGE)
    trailer = (_TRAILER, _encode_details(code, reason, message, error))
    await context.abort(code, message, trailing_metadata=(trailer,))


def _encode_details(code: grpc.StatusCode, reason: str, message: str, error: WorkerError) -> bytes:
    metadata = {key: _well_formed(str(value), 300) for key, value in error.details.items()}
    if error.param is not None:
        metadata["param"] = _well_formed(error.param, 300)
    details = [_pack("ErrorInfo", wire.ErrorInfo(reason=reason, domain=_DOMAIN, metadata=metadata))]
    if error.retry_after_ms is not None:
        seconds, rest = divmod(error.retry_after_ms, 1000)
        delay = wire.Duration(seconds=seconds, nanos=rest * 1_000_000)
        details.append(_pack("RetryInfo", wire.RetryInfo(retry_delay=delay)))
    number: int = code.value[0]
    return wire.Status(code=number, message=message, details=details).SerializeToString()


def _pack(name: str, message: wire.ErrorInfo | wire.RetryInfo) -> wire.Any:
    return wire.Any(type_url=_TYPE_PREFIX + name, value=message.SerializeToString())


def _well_formed(text: str, longest: int) -> str:
    """Messages quote input, which may hold half a surrogate pair or be long."""
    clean = text.encode("utf-8", "replace").decode()
    return clean if len(clean) <= longest else clean[: longest - 1] + "\N{HORIZONTAL ELLIPSIS}"
