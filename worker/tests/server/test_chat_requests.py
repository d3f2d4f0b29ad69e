"""How messages and tools reach the chat template, and calls and thoughts come back."""

from __future__ import annotations

import json

import grpc
import pytest

from sluice_worker.contract import messages as wire

from .client import chat, collect, context, deltas, details, finished, text_of
from .conftest import Serve
from .echo_backend import EchoBackend

HERMES = "{{ messages }} {{ tools }} <tool_call></tool_call>"
WEATHER = wire.Tool(name="weather", description="of a place", parameters_json='{"type": "object"}')
CALL = '<tool_call>\n{"name": "weather", "arguments": {"place": "B\u00e2le"}}\n</tool_call>'


async def test_a_call_comes_as_deltas(serve: Serve) -> None:
    served = await serve(EchoBackend(answer=f"Let me see. {CALL}", chat_template=HERMES))
    events = await collect(served.client.inference("Chat", chat(tools=[WEATHER], max_tokens=100)))
    assert text_of(events) == "Let me see. "
    calls = [call for delta in deltas(events) for call in delta.tool_calls]
    assert [call.name for call in calls if call.name] == ["weather"]
    assert calls[0].id.startswith("call_")
    assert not any(call.id for call in calls[1:])
    assert json.loads("".join(call.arguments_json_fragment for call in calls)) == {"place": "B\u00e2le"}
    assert len(calls) > 5, "arguments stream"
    (end,) = finished(events)
    assert end.reason == wire.FINISH_REASON_TOOL_CALLS
    assert end.WhichOneof("stop") is None
    tokens = sum(delta.num_tokens for delta in deltas(events))
    assert tokens == end.usage.completion_tokens - 1


async def test_a_call_that_is_cut_off_ends_with_length(serve: Serve) -> None:
    served = await serve(EchoBackend(answer=CALL, chat_template=HERMES))
    events = await collect(served.client.inference("Chat", chat(tools=[WEATHER], max_tokens=52)))
    assert finished(events)[0].reason == wire.FINISH_REASON_LENGTH
    assert text_of(events) == ""


async def test_a_whole_answer_holds_whole_calls(serve: Serve) -> None:
    served = await serve(EchoBackend(answer=CALL + CALL, chat_template=HERMES))
    request = chat(tools=[WEATHER], max_tokens=190, response=wire.ResponseOptions(stream=False))
    full = finished(await collect(served.client.inference("Chat", request)))[0].full
    assert [(call.index, call.name) for call in full.tool_calls] == [(0, "weather"), (1, "weather")]
    assert {call.arguments_json_fragment for call in full.tool_calls} == {'{"place": "B\u00e2le"}'}
    assert len({call.id for call in full.tool_calls}) == 2


@pytest.mark.parametrize(
    "request_fields",
    [{}, {"tools": [WEATHER], "tool_choice": wire.ToolChoice(mode="none")}],
    ids=["no tools", "tool_choice none"],
)
async def test_without_tools_the_text_is_left_alone(serve: Serve, request_fields: dict[str, object]) -> None:
    served = await serve(EchoBackend(answer=CALL, chat_template=HERMES))
    events = await collect(served.client.inference("Chat", chat(max_tokens=100, **request_fields)))
    assert text_of(events) == CALL
    assert finished(events)[0].reason == wire.FINISH_REASON_STOP
    assert served.backend.chats[0].tools is None


async def test_thoughts_are_split_from_the_answer_and_counted(serve: Serve) -> None:
    backend = EchoBackend(answer="<think>\nhm\n</think>\n\nYes", chat_template="<think></think>")
    served = await serve(backend)
    events = await collect(served.client.inference("Chat", chat(max_tokens=100)))
    assert "".join(delta.reasoning for delta in deltas(events)) == "hm"
    assert text_of(events) == "Yes"
    (end,) = finished(events)
    assert 10 < end.usage.reasoning_tokens < end.usage.completion_tokens


async def test_a_prompt_that_opens_the_thoughts(serve: Serve) -> None:
    served = await serve(EchoBackend(answer="hm</think>Yes", chat_template="</think>"))
    request = chat("please<think>", max_tokens=100)
    events = await collect(served.client.inference("Chat", request))
    assert "".join(delta.reasoning for delta in deltas(events)) == "hm"
    assert text_of(events) == "Yes"


async def test_messages_as_templates_know_them(serve: Serve) -> None:
    served = await serve(EchoBackend(chat_template=HERMES, context_length=1000))
    text = wire.ContentPart(text="a")
    call = wire.ToolCall(id="c1", name="weather", arguments_json='{"place": 1}')
    broken = wire.ToolCall(id="c2", name="weather", arguments_json="{")
    request = wire.ChatRequest(
        context=context(),
        messages=[
            wire.Message(role="developer", content=[text]),
            wire.Message(role="user", name="ann", content=[text, wire.ContentPart(text="b")]),
            wire.Message(role="assistant", tool_calls=[call, broken], reasoning="why"),
            wire.Message(role="tool", content=[text], tool_call_id="c1"),
        ],
        tools=[WEATHER],
        reasoning_effort="low",
        chat_template_kwargs_json=b'{"enable_thinking": false}',
        stop=wire.StopCriteria(max_output_tokens=1),
    )
    await collect(served.client.inference("Chat", request))
    (sent,) = served.backend.chats
    assert sent.messages == [
        {"role": "system", "content": "a"},
        {"role": "user", "content": "ab", "name": "ann"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": {"place": 1}}},
                {"id": "c2", "type": "function", "function": {"name": "weather", "arguments": "{"}},
            ],
            "reasoning_content": "why",
            "thinking": "why",
        },
        {"role": "tool", "content": "a", "tool_call_id": "c1"},
    ]
    function = {"name": "weather", "description": "of a place", "parameters": {"type": "object"}}
    assert sent.tools == [{"type": "function", "function": function}]
    assert sent.template_arguments == {"enable_thinking": False, "reasoning_effort": "low"}
    assert (sent.add_generation_prompt, sent.continue_final_message, sent.template) == (True, False, None)


async def test_a_final_message_goes_on(serve: Serve) -> None:
    served = await serve()
    request = chat(max_tokens=1, continue_final_message=True, chat_template="mine")
    request.messages[0].role = "assistant"
    await collect(served.client.inference("Chat", request))
    (sent,) = served.backend.chats
    assert (sent.add_generation_prompt, sent.continue_final_message, sent.template) == (False, True, "mine")


@pytest.mark.parametrize(
    ("param", "request_"),
    [
        ("messages", wire.ChatRequest(context=context())),
        ("role", wire.ChatRequest(context=context(), messages=[wire.Message(role="robot")])),
        ("continue_final_message", chat(continue_final_message=True)),
        ("tool_choice", chat(tool_choice=wire.ToolChoice(mode="perhaps"))),
        ("tools", chat(tools=[wire.Tool()])),
        ("parameters_json", chat(tools=[wire.Tool(name="f", parameters_json="{")])),
        ("chat_template_kwargs_json", chat(chat_template_kwargs_json=b"7")),
        ("prompt_token_ids", chat(prompt_token_ids=wire.TokenIds(ids=[2**31]))),
    ],
)
async def test_wrong_chats_are_refused(serve: Serve, param: str, request_: wire.ChatRequest) -> None:
    served = await serve(EchoBackend(chat_template=HERMES))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await collect(served.client.inference("Chat", request_))
    info, _ = details(caught.value)
    assert (info.reason, info.metadata["param"]) == ("INVALID_REQUEST", param)


async def test_a_model_without_a_template_does_not_chat(serve: Serve) -> None:
    served = await serve(EchoBackend(chat_template=""))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await collect(served.client.inference("Chat", chat()))
    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert await collect(served.client.inference("Chat", chat(chat_template="{{ messages }}")))
