"""Methods as the gRPC library wants them, typed, with errors that become statuses."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import TypeVar, cast

import grpc
import grpc.aio
from google.protobuf.message import DecodeError

from ..contract.descriptors import find_service, message_classes
from ..errors import WorkerError
from .status import abort_call

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")
Context = grpc.aio.ServicerContext
#: A method, whatever its messages. One that streams writes them itself and returns nothing.
Behavior = Callable[[object, Context], Awaitable[object]]


class Malformed:
    """Bytes that are no message of the contract."""

    def __init__(self, name: str) -> None:
        self.name = name


def well_formed(request: object) -> object:
    """Raises INVALID_REQUEST for bytes that could not be read."""
    if isinstance(request, Malformed):
        message = f"the request is no llm.v1.{request.name}: check that both sides speak llm.v1"
        raise WorkerError("INVALID_REQUEST", message)
    return request


def unary(answer: Callable[[_Request], Awaitable[_Response]]) -> Behavior:
    async def behavior(request: object, context: Context) -> _Response:
        try:
            return await answer(cast(_Request, well_formed(request)))
        except Exception as error:
            await abort_call(context, error)

    return behavior


def stream(answer: Callable[[_Request], AsyncGenerator[_Response, None]]) -> Behavior:
    """Each message is written before the next is asked for, so a slow reader slows its own call down."""

    async def behavior(request: object, context: Context) -> None:
        try:
            # What the generator holds is free when the call has ended, however it ended.
            async with contextlib.aclosing(answer(cast(_Request, well_formed(request)))) as responses:
                async for response in responses:
                    await context.write(response)
        except Exception as error:
            await abort_call(context, error)

    return behavior


def service_handler(name: str, behaviors: Mapping[str, Behavior]) -> grpc.GenericRpcHandler:
    """All methods of a service of the contract; a missing one is a defect."""
    handlers: dict[str, grpc.RpcMethodHandler] = {}
    for method in find_service(name).methods:
        decode = _decoder(method.input_type.name)
        encode = message_classes[method.output_type.name].SerializeToString
        make = (
            grpc.unary_stream_rpc_method_handler
            if method.server_streaming
            else grpc.unary_unary_rpc_method_handler
        )
        # The library's types know its threaded server only.
        handlers[method.name] = make(behaviors[method.name], decode, encode)  # pyright: ignore
    return grpc.method_handlers_generic_handler(name, handlers)


def _decoder(name: str) -> Callable[[bytes], object]:
    from_string = message_classes[name].FromString

    def decode(data: bytes) -> object:
        try:
            return from_string(data)
        except DecodeError:
            return Malformed(name)

    return decode
