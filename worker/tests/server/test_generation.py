"""Chat and Complete, as a client sees them."""

from __future__ import annotations

import pytest

from sluice_worker.contract import messages as wire

from .client import chat, collect, complete, context, deltas, finished, text_of
from .conftest import Serve
from .echo_backend import END, EchoBackend


async def test_complete_streams_started_then_deltas_then_finished(serve: Serve) -> None:
    served = await serve()
    events = await collect(served.client.inference("Complete", complete("abc", max_tokens=5)))
    kinds = [event.WhichOneof("event") for event in events]
    assert kinds == ["started", "progress", *["delta"] * 5, "finished"]
    assert events[0].started.prompt_tokens == 3
    assert text_of(events) == "abcab"
    assert sum(delta.num_tokens for delta in deltas(events)) == 5
    (end,) = finished(events)
    assert end.reason == wire.FINISH_REASON_LENGTH
    assert (end.usage.prompt_tokens, end.usage.cached_tokens, end.usage.completion_tokens) == (3, 3, 5)
    assert (end.timings.queue_us, end.timings.prefill_us, end.timings.decode_us) == (1000, 2000, 3000)
    assert not end.HasField("full")


async def test_chat_templates_the_messages(serve: Serve) -> None:
    served = await serve()
    events = await collect(served.client.inference("Chat", chat("hi", max_tokens=7)))
    assert text_of(events) == "user:hi"


async def test_choices_run_at_once_and_each_finishes_once(serve: Serve) -> None:
    served = await serve()
    sampling = wire.SamplingParams(n=3, seed=2**64 - 1, temperature=0.5)
    events = await collect(
        served.client.inference("Complete", complete("xyz", max_tokens=6, sampling=sampling))
    )
    assert [text_of(events, index) for index in range(3)] == ["xyzxyz"] * 3
    assert sorted(end.index for end in finished(events)) == [0, 1, 2]
    assert [generation.sampling.seed for generation in served.backend.generations] == [2**64 - 1, 0, 1]
    order = [event.delta.index for event in events if event.HasField("delta")]
    assert order != sorted(order), "choices take turns"


async def test_without_streaming_the_choice_comes_whole(serve: Serve) -> None:
    served = await serve()
    response = wire.ResponseOptions(stream=False, token_ids=True, top_logprobs=1)
    events = await collect(
        served.client.inference("Complete", complete("ab", max_tokens=3, response=response))
    )
    assert [event.WhichOneof("event") for event in events] == ["started", "progress", "finished"]
    full = finished(events)[0].full
    assert (full.text, full.num_tokens, list(full.token_ids)) == ("aba", 3, [97, 98, 97])
    assert [logprob.id for logprob in full.logprobs] == [97, 98, 97]


async def test_token_ids_and_logprobs_travel_on_request(serve: Serve) -> None:
    served = await serve()
    response = wire.ResponseOptions(token_ids=True, top_logprobs=2)
    events = await collect(
        served.client.inference("Complete", complete("ab", max_tokens=1, response=response))
    )
    assert list(events[0].started.prompt_token_ids) == [97, 98]
    (delta,) = deltas(events)
    assert list(delta.token_ids) == [97]
    (logprob,) = delta.logprobs
    assert (logprob.id, logprob.token_bytes, len(logprob.top)) == (97, b"a", 2)
    assert logprob.logprob == pytest.approx(-0.5)
    plain = await collect(served.client.inference("Complete", complete("ab", max_tokens=1)))
    assert not plain[0].started.prompt_token_ids
    assert not deltas(plain)[0].token_ids
    assert not deltas(plain)[0].logprobs


async def test_nothing_is_generated_for_zero_tokens(serve: Serve) -> None:
    served = await serve()
    events = await collect(served.client.inference("Complete", complete("ab", max_tokens=0)))
    (end,) = finished(events)
    assert (end.reason, end.usage.completion_tokens) == (wire.FINISH_REASON_LENGTH, 0)
    assert served.backend.generations == []


async def test_echo_puts_the_prompt_in_front_of_every_choice(serve: Serve) -> None:
    served = await serve()
    request = complete("ab", max_tokens=2, n=2, response=wire.ResponseOptions(echo=True))
    events = await collect(served.client.inference("Complete", request))
    assert [text_of(events, index) for index in range(2)] == ["abab", "abab"]
    tokens = wire.CompleteRequest(
        context=context(),
        token_ids=wire.TokenIds(ids=[1, 120]),
        stop=wire.StopCriteria(max_output_tokens=0),
        response=wire.ResponseOptions(echo=True),
    )
    assert text_of(await collect(served.client.inference("Complete", tokens))) == "x"


async def test_the_stop_that_was_met_is_told(serve: Serve) -> None:
    served = await serve(EchoBackend(answer="ok"))
    (end,) = finished(await collect(served.client.inference("Complete", complete())))
    assert end.reason == wire.FINISH_REASON_STOP
    assert end.WhichOneof("stop") == "stop_token_id"
    assert end.stop_token_id == 0


async def test_answers_are_cut_to_what_the_context_holds(serve: Serve) -> None:
    served = await serve(EchoBackend(context_length=10))
    request = complete("abcdef", stop=wire.StopCriteria())
    events = await collect(served.client.inference("Complete", request))
    assert finished(events)[0].usage.completion_tokens == 4


async def test_settings_reach_the_backend(serve: Serve) -> None:
    served = await serve()
    request = complete(
        context=context(priority=-3),
        sampling=wire.SamplingParams(
            temperature=0.0,
            top_p=0.5,
            top_k=4,
            min_p=0.25,
            presence_penalty=1.0,
            frequency_penalty=-1.0,
            repetition_penalty=1.5,
            seed=9,
            logit_bias={5: -100.0},
        ),
        stop=wire.StopCriteria(
            max_output_tokens=2,
            min_output_tokens=1,
            stop=["x", "x", "y"],
            stop_token_ids=[7],
            include_stop_in_output=True,
            ignore_eos=True,
        ),
    )
    await collect(served.client.inference("Complete", request))
    (generation,) = served.backend.generations
    sampling = generation.sampling
    assert (sampling.temperature, sampling.top_p, sampling.top_k, sampling.min_p) == (0.0, 0.5, 4, 0.25)
    assert (sampling.presence_penalty, sampling.frequency_penalty) == (1.0, -1.0)
    # Where ends do not end the answer, they are not chosen either.
    assert (sampling.repetition_penalty, sampling.seed) == (1.5, 9)
    assert sampling.logit_bias == {5: -100.0, END: -100.0}
    assert (generation.max_tokens, generation.min_tokens, generation.stop) == (2, 1, ("x", "y"))
    assert (generation.stop_token_ids, generation.include_stop, generation.ignore_eos) == ((7,), True, True)
    assert generation.priority == -3


async def test_what_is_not_set_is_none(serve: Serve) -> None:
    served = await serve()
    await collect(served.client.inference("Complete", complete(max_tokens=1)))
    sampling = served.backend.generations[0].sampling
    assert {getattr(sampling, name) for name in sampling.__dataclass_fields__ if name != "logit_bias"} == {
        None
    }


async def test_deltas_are_collected_for_the_flush_interval(serve: Serve) -> None:
    served = await serve()
    response = wire.ResponseOptions(flush_interval_ms=60_000)
    events = await collect(
        served.client.inference("Complete", complete("ab", max_tokens=9, response=response))
    )
    assert text_of(events) == "ababababa"
    # The first one waits for nothing, and the end brings the rest.
    assert [delta.num_tokens for delta in deltas(events)] == [1, 8]


async def test_who_waits_learns_the_place_in_the_queue(serve: Serve) -> None:
    served = await serve(EchoBackend(slots=1))
    served.backend.may_go.clear()
    first = served.client.inference("Complete", complete())
    await anext(aiter(first))
    second = served.client.inference("Complete", complete())
    events = [await anext(aiter(second)), await anext(aiter(second))]
    assert events[1].progress.queue_position == 1
    served.backend.may_go.set()
    assert finished(await collect(first))
    assert finished(await collect(second))


async def test_given_tokens_are_the_prompt_of_a_chat(serve: Serve) -> None:
    served = await serve()
    request = chat(prompt_token_ids=wire.TokenIds(ids=[120, 121]), max_tokens=2)
    assert text_of(await collect(served.client.inference("Chat", request))) == "xy"
