"""Rows keep what they computed; a request takes the row that saves most, or a copy of it."""

from __future__ import annotations

import asyncio

from sluice_worker.transformers_backend import TransformersBackend
from sluice_worker.transformers_backend.rows import Row, match_prefix, place

from .answers import answer, answers, greedy
from .conftest import MakeBackend
from .test_lifecycle import start


def test_a_conversation_goes_on_in_its_row(make_backend: MakeBackend, prompts: list[list[int]]) -> None:
    """Three conversations in turns; each turn computes only what is new, and says what it says without a
    cache.
    """
    cached, fresh = make_backend(parallel=4), make_backend(parallel=1)

    async def scenario() -> None:
        talks = [list(prompt) for prompt in prompts[:3]]
        for turn in range(3):
            for talk in talks:
                found = await answer(cached, greedy(talk, 12, ignore_eos=True))
                expected = await answer(fresh, greedy(talk, 12, ignore_eos=True))
                assert found.tokens == expected.tokens
                if turn > 0:
                    # The last token of an answer was sampled and never computed.
                    assert found.end.cached_tokens == len(talk) - len(prompts[3 + turn]) - 1
                talk += [*found.tokens, *prompts[4 + turn]]

    asyncio.run(scenario())


async def test_the_same_prompt_again_computes_one_token(
    backend: TransformersBackend, prompts: list[list[int]]
) -> None:
    first = await answer(backend, greedy(prompts[5], 8))
    before = backend.load_now().prefill_tokens
    again = await answer(backend, greedy(prompts[5], 8))
    assert again.tokens == first.tokens
    assert again.end.cached_tokens == len(prompts[5]) - 1
    assert backend.load_now().prefill_tokens == before + 1


async def test_a_prefix_is_copied_from_a_row_that_is_busy(
    backend: TransformersBackend, prompts: list[list[int]]
) -> None:
    shared = (prompts[0] * 6)[:90]
    expected = (await answer(backend, greedy([*shared, *prompts[7][2:]], 30, ignore_eos=True))).tokens
    reader = await start(backend, greedy([*shared, *prompts[6][2:]], 600, ignore_eos=True))
    twins = await answers(backend, [greedy([*shared, *prompts[7][2:]], 30, ignore_eos=True)] * 3)
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)
    assert [one.tokens for one in twins] == [expected] * 3
    assert all(one.end.cached_tokens >= len(shared) for one in twins)


async def test_it_forgets_its_prompts_and_what_runs_goes_on(
    backend: TransformersBackend, prompts: list[list[int]]
) -> None:
    shared = (prompts[0] * 6)[:90]
    kept, twin = greedy(prompts[5], 8), greedy([*shared, *prompts[7][2:]], 8)
    first, expected = await answer(backend, kept), (await answer(backend, twin)).tokens
    reader = await start(backend, greedy([*shared, *prompts[6][2:]], 600, ignore_eos=True))
    await backend.forget_prompts()
    again = await answer(backend, kept)
    assert (again.end.cached_tokens, again.tokens) == (0, first.tokens)
    # Not even from the row that is still busy.
    found = await answer(backend, twin)
    assert (found.end.cached_tokens, found.tokens) == (0, expected)
    assert not reader.done()
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)
    assert (await answer(backend, kept)).end.cached_tokens == len(prompts[5]) - 1


def rows(*tokens: list[int], busy: tuple[int, ...] = ()) -> list[Row]:
    made = [Row(index, one, last_used=index) for index, one in enumerate(tokens)]
    for index in busy:
        made[index].job = object()  # type: ignore[assignment]
    return made


def test_match_prefix() -> None:
    long = list(range(1000))
    for length in (0, 1, 2, 511, 999, 1000):
        assert match_prefix(long, [*long[:length], -1, -2]) == length
    assert match_prefix([], [1]) == 0


def test_place_does_not_take_a_conversation_for_the_sake_of_its_beginning() -> None:
    system, first, second = list(range(20)), [100] * 40, [200] * 40
    found = place(rows([1], [*system, *first], [2]), [*system, *second])
    assert found is not None
    assert (found.row.index, found.source.index, found.cached) == (0, 1, 20)
    again = place(rows([1], [*system, *first]), [*system, *first[:-5], 7])
    assert again is not None
    assert (again.row.index, again.source.index, again.cached) == (1, 1, 55)


def test_place_prefers_the_longest_match_then_the_oldest() -> None:
    prompt = list(range(40))
    found = place(rows([9], prompt[:8], prompt[:5]), prompt)
    assert found is not None
    assert (found.row.index, found.source.index, found.cached) == (1, 1, 8)
    nothing = place(rows([9], [8], [7]), prompt)
    assert nothing is not None
    assert (nothing.row.index, nothing.cached) == (0, 0)


def test_place_leaves_the_last_token_to_compute() -> None:
    prompt = list(range(40))
    found = place(rows(prompt[:]), prompt)
    assert found is not None
    assert found.cached == 39


def test_place_copies_only_what_is_worth_it() -> None:
    prompt = list(range(40))
    little = place(rows(prompt[:12], [1], busy=(0,)), prompt)
    assert little is not None
    assert (little.row.index, little.cached) == (1, 0)
    much = place(rows(prompt[:30], [1], [2], busy=(0,)), prompt)
    assert much is not None
    assert (much.row.index, much.source.index, much.cached) == (1, 0, 30)


def test_place_without_a_free_row() -> None:
    assert place(rows([1], busy=(0,)), [1, 2]) is None
