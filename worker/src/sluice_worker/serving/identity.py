"""Every call of the Inference service passes here: none is answered for another model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import grpc
import grpc.aio

from ..contract import messages as wire
from ..contract.descriptors import INFERENCE
from ..errors import WorkerError
from .model_state import ModelState
from .status import abort_call


class _WithContext(Protocol):
    context: wire.RequestContext


_Behavior = Callable[[_WithContext, grpc.aio.ServicerContext], Awaitable[object]]
_Continuation = Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler]]

#: Abort names requests, not a model.
_WITHOUT_MODEL = frozenset({f"/{INFERENCE}/Abort"})


class IdentityInterceptor(grpc.aio.ServerInterceptor):
    """Refuses calls for a model that this worker does not serve with MODEL_MISMATCH."""

    def __init__(self, model: ModelState) -> None:
        self._model = model

    async def intercept_service(
        self, continuation: _Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> grpc.RpcMethodHandler:
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or method in _WITHOUT_MODEL or not method.startswith(f"/{INFERENCE}/"):
            return handler
        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(
                self._checked(handler.unary_stream), handler.request_deserializer, handler.response_serializer
            )
        return grpc.unary_unary_rpc_method_handler(
            self._checked(handler.unary_unary), handler.request_deserializer, handler.response_serializer
        )

    def _checked(self, behavior: _Behavior) -> _Behavior:
        async def checked(request: _WithContext, context: grpc.aio.ServicerContext) -> object:
            asked = request.context.model
            if asked != self._model.id and asked not in self._model.aliases:
                await abort_call(context, self._mismatch(asked))
            return await behavior(request, context)

        return checked

    def _mismatch(self, asked: str) -> WorkerError:
        wrong = f"does not serve the model {asked[:200]!r}" if asked else "needs context.model in the request"
        message = f"this worker {wrong}; it serves {self._model.id!r}"
        return WorkerError("MODEL_MISMATCH", message, param="model")
