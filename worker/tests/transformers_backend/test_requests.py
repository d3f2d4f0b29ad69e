"""What a request can ask for, on the real model."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
import torch

from sluice_worker.backend import Sampling
from sluice_worker.errors import WorkerError
from sluice_worker.transformers_backend import TransformersBackend

from .answers import GREEDY, answer, answers, greedy


async def test_a_seed_repeats_in_any_company(backend: TransformersBackend, prompts: list[list[int]]) -> None:
    seeded = greedy(prompts[0], 40, sampling=Sampling(temperature=0.9, top_p=0.95, seed=11))
    alone = await answer(backend, seeded)
    company = [
        greedy(prompt, 40, sampling=Sampling(temperature=1.0, top_k=index or None, seed=index))
        for index, prompt in enumerate(prompts[1:])
    ]
    assert [one.tokens for one in await answers(backend, [seeded, *company, seeded])][::20] == [
        alone.tokens
    ] * 2
    other = greedy(prompts[0], 40, sampling=Sampling(temperature=0.9, top_p=0.95, seed=12))
    assert (await answer(backend, other)).tokens != alone.tokens


async def test_without_a_seed_answers_differ(backend: TransformersBackend, prompts: list[list[int]]) -> None:
    free = [greedy(prompts[0], 30, sampling=Sampling()) for _ in range(4)]
    assert len({one.text for one in await answers(backend, free)}) > 1


async def test_the_model_ends_by_itself(backend: TransformersBackend, prompts: list[list[int]]) -> None:
    found = await answer(backend, greedy(prompts[14], 900))
    assert found.end.reason == "stop"
    assert found.end.stop_token in (0, 2)
    assert found.end.completion_tokens == len(found.tokens) + 1
    assert "<|" not in found.text


async def test_ends_can_be_ignored_and_put_off(
    backend: TransformersBackend, prompts: list[list[int]]
) -> None:
    length = (await answer(backend, greedy(prompts[14], 900))).end.completion_tokens
    ignoring = await answer(backend, greedy(prompts[14], length + 10, ignore_eos=True))
    assert (ignoring.end.reason, ignoring.end.completion_tokens) == ("length", length + 10)
    assert len(ignoring.tokens) == length + 10
    later = await answer(backend, greedy(prompts[14], 900, min_tokens=length + 5))
    assert later.end.completion_tokens > length + 5


async def test_stop_strings(backend: TransformersBackend, prompts: list[list[int]]) -> None:
    whole = (await answer(backend, greedy(prompts[0], 64))).text
    middle = whole[31:36]
    cut = whole.index(middle)
    found = await answer(backend, greedy(prompts[0], 64, stop=["never comes", middle]))
    assert (found.text, found.end.reason, found.end.stop_string) == (whole[:cut], "stop", middle)
    assert found.end.stop_token is None
    kept = await answer(backend, greedy(prompts[0], 64, stop=[middle], include_stop=True))
    assert kept.text == whole[: cut + len(middle)]
    place = found.end.completion_tokens
    waited = await answer(backend, greedy(prompts[0], 64, stop=[middle], min_tokens=place))
    assert waited.text.startswith(whole[: cut + len(middle)])
    assert waited.end.completion_tokens > place
    at_once = await answer(backend, greedy(prompts[0], 64, stop=[middle], min_tokens=place - 1))
    assert at_once.end.completion_tokens == place


async def test_text_is_held_back_only_as_long_as_it_may_be_a_stop_string(
    backend: TransformersBackend, prompts: list[list[int]]
) -> None:
    plain = await answer(backend, greedy(prompts[0], 64))
    begins = plain.text[20:24] + "#"
    held = await answer(backend, greedy(prompts[0], 64, stop=[begins, plain.text[-3:] + "#"]))
    assert held.text == plain.text
    assert held.tokens == plain.tokens
    assert held.end.reason == "length"


@pytest.mark.parametrize("include", [False, True])
async def test_stop_tokens(backend: TransformersBackend, prompts: list[list[int]], include: bool) -> None:
    whole = await answer(backend, greedy(prompts[0], 30))
    token = whole.tokens[12]
    first = whole.tokens.index(token)
    found = await answer(backend, greedy(prompts[0], 30, stop_token_ids=[token], include_stop=include))
    assert found.tokens == whole.tokens[: first + include]
    assert (found.end.reason, found.end.stop_token) == ("stop", token)
    assert found.end.completion_tokens == first + 1
    assert found.text == await backend.decode(found.tokens, True)


async def test_no_tokens_are_an_answer(backend: TransformersBackend, prompts: list[list[int]]) -> None:
    steps = backend.load_now().steps
    found = await answer(backend, greedy(prompts[0], 0))
    assert (found.text, found.end.reason, found.end.completion_tokens) == ("", "length", 0)
    assert found.end.prompt_tokens == len(prompts[0])
    assert backend.load_now().steps == steps


async def test_logprobs(backend: TransformersBackend, reference: Any, prompts: list[list[int]]) -> None:
    company = [greedy(prompt, 20) for prompt in prompts[1:6]]
    found = (await answers(backend, [greedy(prompts[0], 20, top_logprobs=4), *company]))[0]
    assert [one.token for one in found.logprobs] == found.tokens
    with torch.inference_mode():
        logits = reference(torch.tensor([[*prompts[0], *found.tokens]])).logits[0, len(prompts[0]) - 1 : -1]
    raw = logits.log_softmax(-1)
    for place, one in enumerate(found.logprobs):
        assert one.logprob == pytest.approx(float(raw[place, one.token]), abs=1e-3)
        assert [top.token for top in one.top] == raw[place].topk(4).indices.tolist()
        assert one.token_bytes == backend.token_bytes(one.token)
    assert b"".join(one.token_bytes for one in found.logprobs).decode() == found.text


async def test_penalties_change_what_is_repeated(
    backend: TransformersBackend, prompts: list[list[int]]
) -> None:
    plain = (await answer(backend, greedy(prompts[0], 60, ignore_eos=True))).tokens
    assert len(set(plain)) < 60
    for sampling in (
        Sampling(temperature=0, presence_penalty=90),
        Sampling(temperature=0, frequency_penalty=90),
    ):
        found = await answer(backend, greedy(prompts[0], 60, sampling=sampling))
        assert len(set(found.tokens)) == len(found.tokens)
    fresh = greedy(prompts[0], 60, sampling=Sampling(temperature=0, repetition_penalty=1e6), ignore_eos=True)
    found = await answer(backend, fresh)
    assert not set(found.tokens) & set(prompts[0])


async def test_a_forced_token_is_all_that_comes(
    backend: TransformersBackend, prompts: list[list[int]]
) -> None:
    token = (await backend.encode_text("moon", False))[0]
    forced = greedy(prompts[0], 8, sampling=Sampling(temperature=1.0, logit_bias={token: 100.0}))
    assert (await answer(backend, forced)).tokens == [token] * 8


@pytest.mark.parametrize(
    ("change", "param"),
    [({"sampling": Sampling(logit_bias={2048: 1.0})}, "logit_bias"), ({"prompt": [5, 9999]}, "prompt")],
)
async def test_tokens_that_do_not_exist(
    backend: TransformersBackend, change: dict[str, Any], param: str
) -> None:
    prompt = change.pop("prompt", [5])
    with pytest.raises(WorkerError, match="2048 tokens") as caught:
        await answer(backend, greedy(prompt, 4, **change))
    assert (caught.value.reason, caught.value.param) == ("INVALID_REQUEST", param)


async def test_prefill_is_told(backend: TransformersBackend, prompts: list[list[int]]) -> None:
    prompt = [random.Random(1).randrange(3, 2048) for _ in range(900)]
    found = await answer(backend, greedy(prompt, 1))
    assert [one.done for one in found.prefills] == [512, 900]
    assert {one.total for one in found.prefills} == {900}


async def test_finish_counts_and_times(backend: TransformersBackend, prompts: list[list[int]]) -> None:
    found = await answer(backend, greedy(prompts[3], 10, ignore_eos=True))
    end = found.end
    assert (end.prompt_tokens, end.completion_tokens) == (len(prompts[3]), 10)
    assert 0 <= end.cached_tokens < len(prompts[3])
    assert min(end.queue_seconds, end.prefill_seconds, end.decode_seconds) >= 0
    assert end.decode_seconds > 0


async def test_steps_make_deltas_that_arrive_one_by_one(
    backend: TransformersBackend, prompts: list[list[int]]
) -> None:
    found = await answer(backend, greedy(prompts[0], 20, sampling=GREEDY, ignore_eos=True))
    assert len(found.deltas) > 10


async def test_the_event_loop_stays_free_while_a_long_prompt_runs(
    backend: TransformersBackend, prompts: list[list[int]]
) -> None:
    prompt = [random.Random(2).randrange(3, 2048) for _ in range(1000)]
    long = asyncio.ensure_future(answer(backend, greedy(prompt, 2)))
    turns = 0
    while not long.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 10
