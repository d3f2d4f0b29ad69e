"""grpc.health.v1, as its public document describes it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import cast

import grpc
import grpc.aio

from ..contract import messages as wire
from ..contract.descriptors import CONTROL, HEALTH, INFERENCE
from .handlers import Context, Malformed, service_handler, stream
from .model_state import ModelState


class Health:
    """The worker as a whole and Inference serve once the model is warm; Control serves while it loads."""

    def __init__(self, model: ModelState) -> None:
        self._model = model

    def status(self, service: str) -> int:
        model = self._model
        if service in ("", INFERENCE):
            return self._serving(model.is_serving)
        if service == CONTROL:
            return self._serving(not model.withdrawn and not model.draining and model.state != "failed")
        return wire.HealthCheckResponse.SERVICE_UNKNOWN

    def _serving(self, serves: bool) -> int:
        return wire.HealthCheckResponse.SERVING if serves else wire.HealthCheckResponse.NOT_SERVING

    async def _check(self, request: object, context: Context) -> wire.HealthCheckResponse:
        if isinstance(request, Malformed):
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the request is no HealthCheckRequest")
        request = cast(wire.HealthCheckRequest, request)
        status = self.status(request.service)
        if status == wire.HealthCheckResponse.SERVICE_UNKNOWN:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"unknown service {request.service[:100]}")
        return wire.HealthCheckResponse(status=status)

    async def watch(self, request: wire.HealthCheckRequest) -> AsyncGenerator[wire.HealthCheckResponse, None]:
        model, last = self._model, None
        while not model.stopped:
            changed = model.changed
            status = self.status(request.service)
            if status != last:
                last = status
                yield wire.HealthCheckResponse(status=status)
            await changed.wait()

    def handler(self) -> grpc.GenericRpcHandler:
        return service_handler(HEALTH, {"Check": self._check, "Watch": stream(self.watch)})
