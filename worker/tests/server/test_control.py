"""Control and health, from the start of a load to the end of the worker."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator

import grpc
import pytest

from sluice_worker.contract import messages as wire
from sluice_worker.contract.descriptors import CONTROL, INFERENCE
from sluice_worker.errors import WorkerError

from .client import MODEL, collect, complete, details
from .conftest import Serve
from .echo_backend import VOCABULARY_SIZE, EchoBackend

SERVING = wire.HealthCheckResponse.SERVING
NOT_SERVING = wire.HealthCheckResponse.NOT_SERVING
PHASE = wire.LoadModelProgress


async def test_the_worker_tells_who_it_is(serve: Serve) -> None:
    before = time.time()
    served = await serve(max_queue=9)
    info = await served.client.control("GetWorkerInfo", wire.GetWorkerInfoRequest())
    assert (info.worker_id, info.engine, info.engine_version) == ("worker-1", "echo", "1")
    assert (info.api_major, info.process_id, dict(info.labels)) == (1, os.getpid(), {"zone": "a"})
    assert len(info.instance_id) == 32
    assert list(info.features) == ["chat", "complete", "embed", "logprobs"]
    assert (info.max_concurrent_requests, info.max_queue) == (4, 9)
    assert info.max_message_bytes == 64 * 2**20
    assert [(device.kind, device.name, device.memory_free) for device in info.devices] == [
        ("cpu", "a test's", 5)
    ]
    assert before - 1 < info.started_at.seconds <= time.time()


async def test_features_follow_the_template(serve: Serve) -> None:
    template = "{{ tools }}<tool_call></think>"
    served = await serve(EchoBackend(chat_template=template, features=("chat", "complete")))
    info = await served.client.control("GetWorkerInfo", wire.GetWorkerInfoRequest())
    assert list(info.features) == ["chat", "complete", "tools", "reasoning"]


async def test_the_model_is_described(serve: Serve) -> None:
    served = await serve(aliases=("a", "b"), revision="main")
    (model,) = (await served.client.control("ListModels", wire.ListModelsRequest())).models
    assert (model.id, model.source, model.revision, list(model.aliases)) == (
        MODEL,
        "/models/echo",
        "main",
        ["a", "b"],
    )
    assert model.state == wire.MODEL_STATE_READY
    assert list(model.tasks) == ["chat", "complete", "embed"]
    assert (model.context_length, model.vocabulary_size) == (200, VOCABULARY_SIZE)
    assert (model.embedding_dimensions, model.dtype, model.architecture) == (4, "float32", "echo")
    assert (model.parameters, model.size_bytes, list(model.eos_token_ids)) == (7, 28, [0])
    assert model.has_chat_template
    assert model.loaded_at.seconds > 0


async def test_a_load_in_progress(serve: Serve) -> None:
    backend = EchoBackend()
    backend.may_load.clear()
    served = await serve(backend, load=False)
    client = served.client
    loading = asyncio.ensure_future(served.server.load())
    progress = client.control("LoadModel", wire.LoadModelRequest(id=MODEL))
    seen = [await anext(aiter(progress))]
    while seen[-1].fraction < 0.5:
        seen.append(await anext(aiter(progress)))
    assert (seen[-1].phase, seen[-1].message) == (PHASE.LOADING, "loading the weights")
    (model,) = (await client.control("ListModels", wire.ListModelsRequest())).models
    assert model.state == wire.MODEL_STATE_LOADING
    assert [(await client.health("Check", name)).status for name in ("", INFERENCE, CONTROL)] == [
        NOT_SERVING,
        NOT_SERVING,
        SERVING,
    ]
    info = await client.control("GetWorkerInfo", wire.GetWorkerInfoRequest())
    assert (info.engine, list(info.features)) == ("echo", [])
    assert not (await client.control("GetLoad", wire.GetLoadRequest())).models
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await collect(client.inference("Complete", complete()))
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    reason, retry = details(caught.value)
    assert (reason.reason, retry is not None) == ("LOADING", True)
    backend.may_load.set()
    await loading
    last = [event async for event in progress][-1]
    assert (last.phase, last.fraction, last.model.id) == (PHASE.READY, 1.0, MODEL)
    assert (await client.health("Check")).status == SERVING
    assert await collect(client.inference("Complete", complete()))


async def test_a_failed_load(serve: Serve) -> None:
    served = await serve(EchoBackend(load_error=WorkerError("INVALID_MODEL", "no weights")), load=False)
    watching = served.client.control("LoadModel", wire.LoadModelRequest(id=MODEL))
    await anext(aiter(watching))
    with pytest.raises(WorkerError):
        await served.server.load()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await _last(watching)
    assert "no weights" in (caught.value.details() or "")
    (model,) = (await served.client.control("ListModels", wire.ListModelsRequest())).models
    assert (model.state, model.error) == (wire.MODEL_STATE_FAILED, "no weights")
    assert (await served.client.health("Check", CONTROL)).status == NOT_SERVING


async def _last(events: AsyncIterator[wire.LoadModelProgress]) -> wire.LoadModelProgress:
    return [event async for event in events][-1]


@pytest.mark.parametrize(
    ("request_", "code", "reason", "param"),
    [
        (wire.LoadModelRequest(id="other"), "UNIMPLEMENTED", "UNSUPPORTED_FEATURE", ""),
        (wire.LoadModelRequest(id=MODEL, source="/x"), "ALREADY_EXISTS", "MODEL_LOADED", "source"),
        (
            wire.LoadModelRequest(id=MODEL, context_length=9),
            "ALREADY_EXISTS",
            "MODEL_LOADED",
            "context_length",
        ),
        (wire.LoadModelRequest(id=MODEL, dtype="int8"), "ALREADY_EXISTS", "MODEL_LOADED", "dtype"),
        (wire.LoadModelRequest(id=MODEL, gpu_layers=3), "ALREADY_EXISTS", "MODEL_LOADED", "gpu_layers"),
    ],
)
async def test_the_model_is_fixed(
    serve: Serve, request_: wire.LoadModelRequest, code: str, reason: str, param: str
) -> None:
    served = await serve()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await _last(served.client.control("LoadModel", request_))
    assert caught.value.code().name == code
    info, _ = details(caught.value)
    assert (info.reason, info.metadata.get("param", "")) == (reason, param)


async def test_the_same_model_is_ready(serve: Serve) -> None:
    served = await serve()
    request = wire.LoadModelRequest(
        id=MODEL, source="/models/echo", context_length=200, max_concurrent_requests=4
    )
    last = await _last(served.client.control("LoadModel", request))
    assert last.phase == PHASE.READY


async def test_it_cannot_be_unloaded(serve: Serve) -> None:
    served = await serve()
    for name, code in ((MODEL, grpc.StatusCode.UNIMPLEMENTED), ("other", grpc.StatusCode.NOT_FOUND)):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await served.client.control("UnloadModel", wire.UnloadModelRequest(id=name))
        assert caught.value.code() == code


async def test_a_backend_that_cannot_forget_says_so(serve: Serve) -> None:
    served = await serve()
    for name, code in ((MODEL, grpc.StatusCode.UNIMPLEMENTED), ("other", grpc.StatusCode.NOT_FOUND)):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await served.client.control("ResetPrefixCache", wire.ResetPrefixCacheRequest(model=name))
        assert caught.value.code() == code


async def test_load_reports(serve: Serve) -> None:
    served = await serve()
    reports = served.client.control("WatchLoad", wire.WatchLoadRequest(interval_ms=20))
    first, second = await anext(aiter(reports)), await anext(aiter(reports))
    assert (first.sequence, second.sequence) == (1, 2)
    assert first.worker_id == "worker-1"
    assert first.memory_used_bytes > 1_000_000
    assert first.memory_free_bytes == 99
    (load,) = first.models
    assert (load.model, load.max_running_requests, load.running_requests) == (MODEL, 4, 0)
    assert (load.used_kv_tokens, load.max_kv_tokens, load.steps_total) == (11, 800, 5)
    assert (load.prefill_tokens_total, load.cached_tokens_total, load.decode_tokens_total) == (6, 7, 8)
    assert dict(load.steps_by_batch_size) == {1: 4, 2: 1}
    served.backend.may_go.clear()
    running = [served.client.inference("Complete", complete()) for _ in range(5)]
    for call in running:
        await anext(aiter(call))
    (load,) = (await served.client.control("GetLoad", wire.GetLoadRequest())).models
    assert (load.running_requests, load.waiting_requests, load.step_age_ms) == (4, 1, 250)
    served.server.model.drain()
    assert (await served.client.control("GetLoad", wire.GetLoadRequest())).draining
    served.backend.may_go.set()
    for call in running:
        await collect(call)


async def test_reports_have_a_shortest_interval(serve: Serve) -> None:
    served = await serve()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await anext(aiter(served.client.control("WatchLoad", wire.WatchLoadRequest(interval_ms=19))))
    assert caught.value.details() == "interval_ms is 19; it must be at least 20 and at most 3.6e+06"


async def test_watching_health(serve: Serve) -> None:
    served = await serve(load=False)
    watches = [aiter(served.client.health("Watch", name)) for name in ("", INFERENCE, "nobody")]
    assert [(await anext(watch)).status for watch in watches] == [
        NOT_SERVING,
        NOT_SERVING,
        wire.HealthCheckResponse.SERVICE_UNKNOWN,
    ]
    await served.server.load()
    assert [(await anext(watch)).status for watch in watches[:2]] == [SERVING, SERVING]
    served.server.withdraw()
    assert [(await anext(watch)).status for watch in watches[:2]] == [NOT_SERVING, NOT_SERVING]
    assert await collect(served.client.inference("Complete", complete())), "withdrawn workers still answer"
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await served.client.health("Check", "nobody")
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND


async def test_reflection_lists_the_services(serve: Serve) -> None:
    reflection = pytest.importorskip("grpc_reflection.v1alpha.reflection_pb2")
    served = await serve(reflection=True)
    call = served.client.channel.stream_stream(
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        lambda message: message.SerializeToString(),
        reflection.ServerReflectionResponse.FromString,
    )
    requests = [
        reflection.ServerReflectionRequest(list_services=""),
        reflection.ServerReflectionRequest(file_containing_symbol="llm.v1.ChatRequest"),
    ]
    services, file = [answer async for answer in call(iter(requests))]
    names = {service.name for service in services.list_services_response.service}
    assert {INFERENCE, CONTROL, "grpc.health.v1.Health"} <= names
    assert file.file_descriptor_response.file_descriptor_proto
