"""Methods as the gRPC library wants them, typed, with errors that become statuses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import TypeVar

import grpc
import grpc.aio

from ..contract.descriptors import find_service, message_classes
from .status import abort_call

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")
Context = grpc.aio.ServicerContext
Behavior = Callable[[object, Context], Awaitable[object]]


def unary(answer: Callable[[_Request], Awaitable[_Response]]) -> Behavior:
    async def behavior(request: _Request, context: Context) -> _Response:
        try:
            return await answer(request)
        except (grpc.aio.AbortError, grpc.aio.UsageError):
            raise
        except Exception as error:
            await abort_call(context, error)

    return behavior  # pyright: ignore[reportReturnType]


def stream(answer: Callable[[_Request], AsyncIterator[_Response]]) -> Behavior:
    """Each message is written before the next is asked for, so a slow reader slows its own call down."""

    async def behavior(request: _Request, context: Context) -> None:
        responses = answer(request)
        try:
            async for response in responses:
                await context.write(response)
        except (grpc.aio.AbortError, grpc.aio.UsageError):
            raise
        except Exception as error:
            await abort_call(context, error)
        finally:
            # What the generator holds is free when the call has ended, however it ended.
            close = getattr(responses, "aclose", None)
            if close is not None:
                await close()

    return behavior  # pyright: ignore[reportReturnType]


def service_handler(name: str, behaviors: Mapping[str, Behavior]) -> grpc.GenericRpcHandler:
    """All methods of a service of the contract; a missing one is a defect."""
    handlers: dict[str, grpc.RpcMethodHandler] = {}
    for method in find_service(name).methods:
        behavior = behaviors[method.name]
        decode = message_classes[method.input_type.name].FromString
        encode = message_classes[method.output_type.name].SerializeToString
        make = (
            grpc.unary_stream_rpc_method_handler
            if method.server_streaming
            else grpc.unary_unary_rpc_method_handler
        )
        handlers[method.name] = make(behavior, decode, encode)
    return grpc.method_handlers_generic_handler(name, handlers)
