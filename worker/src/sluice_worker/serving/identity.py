"""Every call of the Inference service passes here: none is answered for another model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar, cast

import grpc
import grpc.aio

from ..contract import messages as wire
from ..contract.descriptors import INFERENCE
from ..errors import WorkerError
from .handlers import Behavior, Context, Malformed
from .model_state import ModelState
from .status import abort_call

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")


class _WithContext(Protocol):
    context: wire.RequestContext


#: Abort names requests, not a model.
_WITHOUT_MODEL = frozenset({f"/{INFERENCE}/Abort"})


class IdentityInterceptor(grpc.aio.ServerInterceptor):
    """Refuses calls for a model that this worker does not serve with MODEL_MISMATCH."""

    def __init__(self, model: ModelState) -> None:
        self._model = model

    async def intercept_service(
        self,
        continuation: Callable[
            [grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[_Request, _Response] | None]
        ],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[_Request, _Response] | None:
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or method in _WITHOUT_MODEL or not method.startswith(f"/{INFERENCE}/"):
            return handler
        streams = handler.response_streaming
        behavior = handler.unary_stream if streams else handler.unary_unary
        make = grpc.unary_stream_rpc_method_handler if streams else grpc.unary_unary_rpc_method_handler
        checked = self._checked(cast(Behavior, behavior))
        # The library's types know its threaded server only.
        return make(checked, handler.request_deserializer, handler.response_serializer)  # pyright: ignore

    def _checked(self, behavior: Behavior) -> Behavior:
        async def checked(request: object, context: Context) -> object:
            # What cannot be read is refused by the method itself.
            if isinstance(request, Malformed):
                return await behavior(request, context)
            asked = cast(_WithContext, request).context.model
            if asked != self._model.id and asked not in self._model.aliases:
                await abort_call(context, self._mismatch(asked))
            return await behavior(request, context)

        return checked

    def _mismatch(self, asked: str) -> WorkerError:
        wrong = f"does not serve the model {asked[:200]!r}" if asked else "needs context.model in the request"
        message = f"this worker {wrong}; it serves {self._model.id!r}"
        return WorkerError("MODEL_MISMATCH", message, param="model")
