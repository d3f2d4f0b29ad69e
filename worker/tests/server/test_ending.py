"""How calls end before their answer is complete: cancelled, too late, aborted, drained."""

from __future__ import annotations

import asyncio
import sys

import grpc
import pytest

from sluice_worker.contract import messages as wire

from .client import chat, collect, complete, context, details, finished
from .conftest import Serve
from .echo_backend import EchoBackend
from .eventually import eventually


@pytest.mark.parametrize("choices", [1, 3])
async def test_cancelling_a_call_frees_its_rows(serve: Serve, choices: int) -> None:
    served = await serve()
    served.backend.may_go.clear()
    call = served.client.inference("Complete", complete(n=choices))
    await anext(aiter(call))
    await eventually(lambda: served.backend.running == choices)
    call.cancel()
    await eventually(lambda: served.backend.running == 0 and len(served.server.calls) == 0)
    assert served.backend.cancelled == choices


async def test_a_deadline_frees_the_row(serve: Serve) -> None:
    served = await serve()
    served.backend.may_go.clear()
    # Long enough that the call is there before it, also where the machine is busy.
    call = served.client.inference("Complete", complete(), timeout=2)
    await eventually(lambda: served.backend.running == 1)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await collect(call)
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    await eventually(lambda: served.backend.running == 0 and served.backend.cancelled == 1)


async def test_a_call_that_waits_can_be_cancelled(serve: Serve) -> None:
    served = await serve(EchoBackend(slots=1))
    served.backend.may_go.clear()
    first = served.client.inference("Complete", complete())
    await anext(aiter(first))
    second = served.client.inference("Complete", complete())
    await anext(aiter(second))
    await eventually(lambda: served.backend.waiting == 1)
    second.cancel()
    await eventually(lambda: served.backend.waiting == 0)
    served.backend.may_go.set()
    assert finished(await collect(first))


CALLER = """
import sys, grpc
call = grpc.insecure_channel(sys.argv[1]).unary_stream("/llm.v1.Inference/Complete")
next(call(bytes.fromhex(sys.argv[2])))
sys.stdin.read()
"""


async def test_a_caller_that_is_killed_frees_its_rows(serve: Serve) -> None:
    served = await serve()
    served.backend.may_go.clear()
    request = complete().SerializeToString().hex()
    command = [sys.executable, "-c", CALLER, served.address, request]
    caller = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE)
    await eventually(lambda: served.backend.running == 1)
    caller.kill()
    await eventually(lambda: served.backend.running == 0)
    await caller.wait()


@pytest.mark.parametrize("every", [False, True])
async def test_abort_returns_when_the_rows_are_free(serve: Serve, every: bool) -> None:
    served = await serve()
    served.backend.may_go.clear()
    calls = [
        served.client.inference("Complete", complete(context=context(request_id=name), n=2))
        for name in ("a", "b")
    ]
    for call in calls:
        await anext(aiter(call))
    await eventually(lambda: served.backend.running == 4)
    request = wire.AbortRequest(all=True) if every else wire.AbortRequest(request_ids=["a", "z", ""])
    answer = await served.client.inference("Abort", request)
    assert answer.aborted == (2 if every else 1)
    assert served.backend.running == (0 if every else 2)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await collect(calls[0])
    assert caught.value.code() == grpc.StatusCode.CANCELLED
    assert details(caught.value)[0].reason == "CANCELLED"
    served.backend.may_go.set()
    if not every:
        assert len(finished(await collect(calls[1]))) == 2


async def test_abort_reaches_embeddings(serve: Serve) -> None:
    served = await serve()
    served.backend.may_go.clear()
    request = wire.EmbedRequest(context=context(request_id="e"), inputs=[wire.EmbedInput(text="a")])
    call = served.client.inference("Embed", request)
    task = asyncio.ensure_future(_outcome(call))
    await eventually(lambda: len(served.server.calls) == 1)
    answer = await served.client.inference("Abort", wire.AbortRequest(request_ids=["e"], reason="why"))
    assert answer.aborted == 1
    assert await task == (grpc.StatusCode.CANCELLED, "aborted by name: why")


async def _outcome(call: grpc.aio.UnaryUnaryCall) -> tuple[grpc.StatusCode, str | None]:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value.code(), caught.value.details()


async def test_draining_refuses_the_new_and_waits_for_the_old(serve: Serve) -> None:
    served = await serve()
    served.backend.may_go.clear()
    running = served.client.inference("Complete", complete())
    await anext(aiter(running))
    answer = await served.client.control("Drain", wire.DrainRequest(timeout_ms=0))
    assert answer.in_flight == 1
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await collect(served.client.inference("Chat", chat()))
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    assert details(caught.value)[0].reason == "DRAINING"
    waiting = served.client.control("Drain", wire.DrainRequest(timeout_ms=60_000))
    served.backend.may_go.set()
    assert finished(await collect(running))
    assert (await waiting).in_flight == 0


async def test_the_drain_time_is_over(serve: Serve) -> None:
    served = await serve()
    served.backend.may_go.clear()
    running = served.client.inference("Complete", complete())
    await anext(aiter(running))
    assert await served.server.drain(0.05) == 1
    assert served.backend.running == 0
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await collect(running)
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    assert details(caught.value)[0].reason == "DRAINING"


async def test_a_reader_that_stops_reading_delays_nobody(serve: Serve) -> None:
    served = await serve(EchoBackend(context_length=10_000_000))
    text = "x" * 1000
    slow = served.client.inference("Complete", complete(text, max_tokens=5_000_000))
    await anext(aiter(slow))
    quick = await collect(served.client.inference("Complete", complete("abc", max_tokens=50)))
    assert finished(quick)
    slow.cancel()
    await eventually(lambda: served.backend.running == 0)


async def test_stopping_frees_the_model_and_the_socket(serve: Serve) -> None:
    served = await serve()
    await served.server.stop()
    assert served.backend.closed
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await collect(served.client.inference("Complete", complete()))
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    await served.server.stop()
