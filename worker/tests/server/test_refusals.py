"""What a worker refuses, with which status, and in which words."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from sluice_worker.contract import messages as wire

from .client import Client, chat, collect, complete, context, details
from .conftest import Serve
from .echo_backend import VOCABULARY_SIZE, EchoBackend

INVALID = grpc.StatusCode.INVALID_ARGUMENT


async def refusal(client: Client, method: str, request: object) -> grpc.aio.AioRpcError:
    call = client.inference(method, request)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await (collect(call) if method in ("Chat", "Complete") else call)
    return caught.value


def sampling(**fields: Any) -> wire.CompleteRequest:
    return complete(sampling=wire.SamplingParams(**fields))


def stop(**fields: Any) -> wire.CompleteRequest:
    return complete(stop=wire.StopCriteria(**fields))


OUT_OF_RANGE = {
    "temperature": (sampling(temperature=-0.5), "sampling.temperature is -0.5; it must be at least 0"),
    "temperature-nan": (
        sampling(temperature=float("nan")),
        "sampling.temperature is nan; it must be at least",
    ),
    "top_p": (sampling(top_p=0.0), "sampling.top_p is 0; it must be above 0 and at most 1"),
    "top_p-above": (sampling(top_p=1.5), "sampling.top_p is 1.5"),
    "top_k": (sampling(top_k=-1), "sampling.top_k is -1; it must be at least 0"),
    "min_p": (sampling(min_p=2.0), "sampling.min_p is 2; it must be at least 0 and at most 1"),
    "presence_penalty": (sampling(presence_penalty=2.5), "sampling.presence_penalty is 2.5"),
    "frequency_penalty": (sampling(frequency_penalty=-3.0), "sampling.frequency_penalty is -3"),
    "repetition_penalty": (sampling(repetition_penalty=0.0), "sampling.repetition_penalty is 0"),
    "n": (sampling(n=0), "sampling.n is 0; it must be at least 1 and at most 128"),
    "n-above": (sampling(n=129), "sampling.n is 129"),
    "logit_bias": (sampling(logit_bias={1: 101.0}), "sampling.logit_bias is 101"),
    "logit_bias-token": (sampling(logit_bias={VOCABULARY_SIZE: 1.0}), "which is no token of this model"),
    "stop": (stop(stop=[""]), "stop.stop holds an empty string"),
    "stop-many": (stop(stop=[str(number) for number in range(65)]), "stop.stop has 65 strings"),
    "stop_token_ids": (stop(stop_token_ids=[VOCABULARY_SIZE]), "stop.stop_token_ids holds 1114112"),
    "min_output_tokens": (stop(min_output_tokens=3, max_output_tokens=2), "more than max_output_tokens"),
    "top_logprobs": (complete(response=wire.ResponseOptions(top_logprobs=21)), "response.top_logprobs is 21"),
    "flush_interval_ms": (complete(response=wire.ResponseOptions(flush_interval_ms=60_001)), "at most 60000"),
    "prompt": (complete(""), "prompt is empty"),
    "prompt-missing": (wire.CompleteRequest(context=context()), "give text or token_ids"),
    "extra_json": (complete(context=context(extra_json=b"[]")), "context.extra_json must be a JSON object"),
    "extra_json-broken": (complete(context=context(extra_json=b"{")), "context.extra_json is no valid JSON"),
}


@pytest.mark.parametrize("case", OUT_OF_RANGE)
async def test_values_out_of_range_are_named(serve: Serve, case: str) -> None:
    served = await serve(EchoBackend(slots=200))
    request, message = OUT_OF_RANGE[case]
    error = await refusal(served.client, "Complete", request)
    assert error.code() == INVALID
    assert message in error.details()
    info, _ = details(error)
    assert info.reason == "INVALID_REQUEST"
    assert info.metadata["param"] == case.partition("-")[0]
    assert served.backend.generations == []


UNSUPPORTED = {
    "suffix": ("Complete", complete(suffix="x")),
    "media": ("Complete", complete(media=[wire.Media(mime_type="image/png")])),
    "adapter": ("Complete", complete(context=context(adapter="a"))),
    "cache_salt": ("Complete", complete(context=context(cache_salt="a"))),
    "bypass_prefix_cache": ("Complete", complete(context=context(bypass_prefix_cache=True))),
    "speed": ("Complete", complete(context=context(extra_json=b'{"speed": 1}'))),
    "structured_output": ("Complete", complete(structured_output=wire.StructuredOutput(regex="a"))),
    "prompt_logprobs": ("Complete", complete(response=wire.ResponseOptions(prompt_logprobs=1))),
    "echo": ("Chat", chat(response=wire.ResponseOptions(echo=True))),
    "parallel_tool_calls": (
        "Chat",
        chat(tools=[wire.Tool(name="f")], parallel_tool_calls=False),
    ),
    "strict": ("Chat", chat(tools=[wire.Tool(name="f", strict=True)])),
    "tools": ("Chat", chat(tools=[wire.Tool(name="f")])),
    "tool_choice": ("Chat", chat(tool_choice=wire.ToolChoice(mode="required"))),
    "prompt_name": ("Embed", wire.EmbedRequest(context=context(), prompt_name="query")),
}


@pytest.mark.parametrize("param", UNSUPPORTED)
async def test_what_cannot_be_honoured_is_refused_by_its_name(serve: Serve, param: str) -> None:
    served = await serve()
    method, request = UNSUPPORTED[param]
    error = await refusal(served.client, method, request)
    assert error.code() == INVALID
    info, _ = details(error)
    assert (info.reason, info.metadata["param"]) == ("UNSUPPORTED_PARAMETER", param)


async def test_a_named_function_is_refused(serve: Serve) -> None:
    served = await serve()
    request = chat(tools=[wire.Tool(name="f")], tool_choice=wire.ToolChoice(function_name="f"))
    info, _ = details(await refusal(served.client, "Chat", request))
    assert (info.reason, info.metadata["param"]) == ("UNSUPPORTED_PARAMETER", "tool_choice")


async def test_media_in_a_message_is_refused(serve: Serve) -> None:
    served = await serve()
    part = wire.ContentPart(media=wire.Media(url="http://x"))
    request = wire.ChatRequest(context=context(), messages=[wire.Message(role="user", content=[part])])
    info, _ = details(await refusal(served.client, "Chat", request))
    assert (info.reason, info.metadata["param"]) == ("UNSUPPORTED_PARAMETER", "media")


async def test_logprobs_are_refused_where_the_backend_has_none(serve: Serve) -> None:
    served = await serve(EchoBackend(features=("complete",)))
    request = complete(response=wire.ResponseOptions(top_logprobs=0))
    info, _ = details(await refusal(served.client, "Complete", request))
    assert (info.reason, info.metadata["param"]) == ("UNSUPPORTED_PARAMETER", "top_logprobs")


async def test_a_prompt_that_is_too_long_says_how_long(serve: Serve) -> None:
    served = await serve(EchoBackend(context_length=5))
    for method, request in (
        ("Complete", complete("12345")),
        ("Tokenize", wire.TokenizeRequest(context=context(), text="1234", check_length=True)),
    ):
        error = await refusal(served.client, method, request)
        assert error.code() == INVALID
        info, _ = details(error)
        assert info.reason == "CONTEXT_LENGTH_EXCEEDED"
        assert dict(info.metadata) == {"n_prompt_tokens": "5", "n_ctx": "5"}


@pytest.mark.parametrize("model", ["", "another"])
async def test_another_models_requests_are_refused(serve: Serve, model: str) -> None:
    served = await serve()
    wrong = wire.RequestContext(model=model)
    requests = {
        "Chat": wire.ChatRequest(context=wrong),
        "Complete": wire.CompleteRequest(context=wrong),
        "Embed": wire.EmbedRequest(context=wrong),
        "Tokenize": wire.TokenizeRequest(context=wrong),
        "Detokenize": wire.DetokenizeRequest(context=wrong),
    }
    for method, request in requests.items():
        error = await refusal(served.client, method, request)
        assert error.code() == grpc.StatusCode.NOT_FOUND
        info, _ = details(error)
        assert info.reason == "MODEL_MISMATCH"
        assert "echo-1" in error.details()


async def test_an_alias_names_the_model_too(serve: Serve) -> None:
    served = await serve(aliases=("other",))
    assert await collect(served.client.inference("Complete", complete(context=context(model="other"))))


async def test_a_full_queue_says_when_to_try_again(serve: Serve) -> None:
    served = await serve(EchoBackend(slots=1), max_queue=1)
    served.backend.may_go.clear()
    calls = [served.client.inference("Complete", complete()) for _ in range(2)]
    for call in calls:
        await anext(aiter(call))
    error = await refusal(served.client, "Complete", complete())
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    info, retry = details(error)
    assert info.reason == "QUEUE_FULL"
    assert retry is not None
    assert retry.retry_delay.seconds == 1
    served.backend.may_go.set()
    for call in calls:
        await collect(call)
    assert await collect(served.client.inference("Complete", complete()))


async def test_more_choices_than_fit_are_no_full_queue(serve: Serve) -> None:
    served = await serve(EchoBackend(slots=2), max_queue=1)
    info, _ = details(await refusal(served.client, "Complete", complete(n=4)))
    assert (info.reason, info.metadata["param"]) == ("INVALID_REQUEST", "n")


async def test_a_broken_engine_is_told_without_its_traceback(serve: Serve) -> None:
    served = await serve(EchoBackend(fail_after=2))
    for request in (complete(), complete(n=3)):
        error = await refusal(served.client, "Complete", request)
        assert error.code() == grpc.StatusCode.INTERNAL
        info, _ = details(error)
        assert info.reason == "ENGINE_FAILED"
        assert "RuntimeError: the echo broke" in error.details()
        assert "second line" not in error.details()
    assert served.backend.running == 0


async def test_a_message_that_is_too_large(serve: Serve) -> None:
    served = await serve()
    error = await refusal(served.client, "Complete", complete("x" * (64 * 2**20 + 1)))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert await collect(served.client.inference("Complete", complete()))


async def test_an_embedding_model_generates_nothing(serve: Serve) -> None:
    served = await serve(EchoBackend(features=("embed",)))
    error = await refusal(served.client, "Complete", complete())
    assert error.code() == grpc.StatusCode.UNIMPLEMENTED
    assert details(error)[0].reason == "UNSUPPORTED_FEATURE"


async def test_garbage_is_no_message(serve: Serve) -> None:
    served = await serve()
    call = served.client.channel.unary_unary("/llm.v1.Inference/Tokenize")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call(b"\xff\xff\xff")
    assert caught.value.code() == INVALID
    assert "no llm.v1.TokenizeRequest" in caught.value.details()
    unknown = served.client.channel.unary_unary("/llm.v1.Inference/Guess")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await unknown(b"")
    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert await collect(served.client.inference("Complete", complete()))
