"""The service llm.v1.Control of a worker whose model is fixed at its start."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncGenerator

import grpc

from ..backend import Device, ForgetsPrompts
from ..chat_output.answer_parser import OutputFormat
from ..contract import messages as wire
from ..contract.descriptors import API_MAJOR, API_MINOR, CONTROL, MAX_MESSAGE_BYTES
from ..errors import WorkerError
from .handlers import service_handler, stream, unary
from .load_reports import LoadReports
from .model_info import encode_model_info, list_features
from .model_state import ModelState
from .running_calls import RunningCalls
from .timestamps import encode_timestamp
from .worker_identity import WorkerIdentity

log = logging.getLogger(__name__)


class Control:
    """`engine`: the backend's name; `source` and `revision`: what the model was started from.

    `output` is known once the model is loaded.
    """

    def __init__(
        self,
        identity: WorkerIdentity,
        model: ModelState,
        calls: RunningCalls,
        *,
        engine: str,
        source: str,
        revision: str,
        output: OutputFormat,
    ) -> None:
        self._identity = identity
        self._model = model
        self._calls = calls
        self._engine = engine
        self._source = source
        self._revision = revision
        self.output = output
        self._reports = LoadReports(identity, model, calls)

    def handler(self) -> grpc.GenericRpcHandler:
        return service_handler(
            CONTROL,
            {
                "GetWorkerInfo": unary(self.get_worker_info),
                "ListModels": unary(self.list_models),
                "LoadModel": stream(self.load_model),
                "UnloadModel": unary(self.unload_model),
                "ResetPrefixCache": unary(self.reset_prefix_cache),
                "GetLoad": unary(self.get_load),
                "WatchLoad": stream(self._reports.watch),
                "Drain": unary(self.drain),
            },
        )

    async def get_worker_info(self, _request: wire.GetWorkerInfoRequest) -> wire.WorkerInfo:
        backend = self._model.loaded.backend if self._model.loaded else None
        return wire.WorkerInfo(
            worker_id=self._identity.worker_id,
            instance_id=self._identity.instance_id,
            api_major=API_MAJOR,
            api_minor=API_MINOR,
            engine=self._engine,
            engine_version=backend.version if backend else "",
            features=list_features(self._model, self.output),
            max_concurrent_requests=self._calls.slots,
            max_queue=self._calls.max_queue,
            max_message_bytes=MAX_MESSAGE_BYTES,
            devices=[_encode_device(device) for device in backend.devices()] if backend else [],
            started_at=encode_timestamp(self._identity.started_at),
            labels=self._identity.labels,
            process_id=os.getpid(),
        )

    async def list_models(self, _request: wire.ListModelsRequest) -> wire.ListModelsResponse:
        return wire.ListModelsResponse(models=[encode_model_info(self._model, self._source, self._revision)])

    async def load_model(
        self, request: wire.LoadModelRequest
    ) -> AsyncGenerator[wire.LoadModelProgress, None]:
        """The running load's progress. Cancelling the call does not stop a load that the start has begun."""
        self._assert_same(request)
        model = self._model
        while model.state == "loading" and not model.stopped:
            changed = model.changed
            step = model.step
            phase = _phase(step.text)
            yield wire.LoadModelProgress(phase=phase, fraction=step.fraction, message=step.text)
            await changed.wait()
        model.require()
        self._assert_same(request)
        yield wire.LoadModelProgress(
            phase=wire.LoadModelProgress.READY,
            fraction=1.0,
            model=encode_model_info(self._model, self._source, self._revision),
        )

    async def unload_model(self, request: wire.UnloadModelRequest) -> wire.UnloadModelResponse:
        self._assert_ours(request.id, "id")
        raise self._fixed("UnloadModel")

    async def reset_prefix_cache(
        self, request: wire.ResetPrefixCacheRequest
    ) -> wire.ResetPrefixCacheResponse:
        self._assert_ours(request.model, "model")
        backend = self._model.require().backend
        if not isinstance(backend, ForgetsPrompts):
            message = f"the engine {self._engine} cannot forget its prompts"
            raise WorkerError("UNSUPPORTED_FEATURE", message)
        await backend.forget_prompts()
        return wire.ResetPrefixCacheResponse()

    async def get_load(self, _request: wire.GetLoadRequest) -> wire.LoadReport:
        return self._reports.report(1)

    async def drain(self, request: wire.DrainRequest) -> wire.DrainResponse:
        if not self._model.draining:
            log.info("draining: no new requests are taken")
        self._model.drain()
        return wire.DrainResponse(in_flight=await self._calls.idle(request.timeout_ms / 1000))

    def _assert_ours(self, name: str, param: str) -> None:
        if name == self._model.id:
            return
        message = f"there is no model {name[:200]!r} here; this worker serves {self._model.id!r}"
        raise WorkerError("MODEL_MISMATCH", message, param=param)

    def _assert_same(self, request: wire.LoadModelRequest) -> None:
        """Other settings than the model was started with cannot be honoured."""
        if request.id != self._model.id:
            raise self._fixed("LoadModel")
        asked: dict[str, tuple[object, object]] = {
            "source": (request.source, self._source),
            "revision": (request.revision, self._revision),
            "batch_tokens": (request.batch_tokens, None),
            "threads": (request.threads, None),
            "gpu_layers": (request.gpu_layers if request.HasField("gpu_layers") else None, None),
            "engine_args_json": (request.engine_args_json, None),
        }
        if self._model.loaded is not None:
            description = self._model.loaded.description
            asked["context_length"] = request.context_length, description.context_length
            asked["max_concurrent_requests"] = request.max_concurrent_requests, self._calls.slots
            asked["dtype"] = request.dtype, description.dtype
        for name, (wanted, have) in asked.items():
            if wanted not in (None, "", 0, b"", have):
                has = "" if have is None else f"; it has {str(have)[:200]!r}"
                message = (
                    f"{self._model.id} was loaded with another {name}{has}: restart the worker to change it"
                )
                raise WorkerError("MODEL_LOADED", message, param=name)

    def _fixed(self, method: str) -> WorkerError:
        message = f"{method}: this worker serves {self._model.id!r} from its start to its end"
        return WorkerError("UNSUPPORTED_FEATURE", message)


def _phase(text: str) -> int:
    if "download" in text:
        return wire.LoadModelProgress.DOWNLOADING
    return wire.LoadModelProgress.WARMING_UP if "warm" in text else wire.LoadModelProgress.LOADING


def _encode_device(device: Device) -> wire.Device:
    return wire.Device(
        kind=device.kind,
        name=device.name,
        index=device.index,
        memory_total=device.memory_total,
        memory_free=device.memory_free,
    )
