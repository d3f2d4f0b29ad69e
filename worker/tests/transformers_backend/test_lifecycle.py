"""Rows come and go: cancelling, closing, waiting, priorities, slow readers."""

from __future__ import annotations

import asyncio
import gc
import random
import threading
from collections.abc import Callable

import pytest

from sluice_worker.backend import Finish, Generation, Sampling, TextDelta
from sluice_worker.errors import WorkerError
from sluice_worker.transformers_backend import TransformersBackend, TransformersSettings

from .answers import answer, answers, greedy, until
from .conftest import POCKET, MakeBackend


def idle(backend: TransformersBackend) -> bool:
    load = backend.load_now()
    return load.running == 0 and load.waiting == 0


async def start(backend: TransformersBackend, generation: Generation) -> asyncio.Task[None]:
    """A reader that has got its first text."""
    begun = asyncio.Event()

    async def read() -> None:
        async for event in backend.generate(generation):
            if isinstance(event, TextDelta):
                begun.set()

    task = asyncio.ensure_future(read())
    await begun.wait()
    return task


async def test_closing_the_iterator_frees_the_row(
    backend: TransformersBackend, prompts: list[list[int]]
) -> None:
    before = backend.load_now().cancelled
    events = backend.generate(greedy(prompts[0], 900, ignore_eos=True))
    while not isinstance(await anext(events), TextDelta):
        pass
    assert backend.load_now().running == 1
    await events.aclose()
    load = backend.load_now()
    assert (load.running, load.cancelled - before) == (0, 1)


async def test_cancelling_the_reader_frees_the_row(
    backend: TransformersBackend, prompts: list[list[int]]
) -> None:
    task = await start(backend, greedy(prompts[0], 900, ignore_eos=True))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert backend.load_now().running == 0


async def test_an_iterator_that_is_only_forgotten_frees_the_row(
    backend: TransformersBackend, prompts: list[list[int]]
) -> None:
    events = backend.generate(greedy(prompts[0], 900, ignore_eos=True))
    await anext(events)
    del events
    gc.collect()
    await until(lambda: idle(backend))


async def test_an_iterator_that_never_began_takes_no_row(
    backend: TransformersBackend, prompts: list[list[int]]
) -> None:
    before = backend.load_now()
    events = backend.generate(greedy(prompts[0], 900))
    assert backend.load_now().running == 0
    await events.aclose()
    assert backend.load_now().cancelled == before.cancelled


async def test_cancelling_while_waiting(backend: TransformersBackend, prompts: list[list[int]]) -> None:
    before = backend.load_now().cancelled
    busy = [await start(backend, greedy(prompt, 900, ignore_eos=True)) for prompt in prompts[:16]]
    waiting = [asyncio.ensure_future(answer(backend, greedy(prompt, 4))) for prompt in prompts[16:]]
    await until(lambda: backend.load_now().waiting == 4)
    for task in waiting[:2]:
        task.cancel()
    await asyncio.gather(*waiting[:2], return_exceptions=True)
    assert backend.load_now().waiting == 2
    for task in busy:
        task.cancel()
    await asyncio.gather(*busy, return_exceptions=True)
    assert [found.end.completion_tokens for found in await asyncio.gather(*waiting[2:])] == [4, 4]
    assert backend.load_now().cancelled - before == 18


async def test_a_storm_of_cancels_leaves_all_rows_free(
    backend: TransformersBackend, prompts: list[list[int]]
) -> None:
    choices = random.Random(8)
    expected = (await answer(backend, greedy(prompts[0], 24))).tokens

    async def leave_early(prompt: list[int], events: int) -> None:
        iterator = backend.generate(Generation(prompt, Sampling(), 400, ignore_eos=True))
        for _ in range(events):
            await anext(iterator)
        await iterator.aclose()

    for _ in range(4):
        crowd = [leave_early(choices.choice(prompts), choices.randrange(6)) for _ in range(40)]
        tasks = [asyncio.ensure_future(one) for one in crowd]
        watched = asyncio.ensure_future(answer(backend, greedy(prompts[0], 24)))
        for task in choices.sample(tasks, 10):
            await asyncio.sleep(0)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert (await watched).tokens == expected
    assert idle(backend)
    assert backend.load_now().used_kv_tokens == 0
    full = await answers(backend, [greedy(prompt, 4) for prompt in prompts[:16]])
    assert all(found.finish for found in full)


async def test_random_arrivals_and_leavings_change_no_answer(
    backend: TransformersBackend, prompts: list[list[int]]
) -> None:
    choices = random.Random(21)
    requests = [
        Generation(
            choices.choice(prompts)[: choices.randrange(4, 60)],
            Sampling(temperature=choices.choice([0, 0.8]), top_k=choices.choice([None, 30]), seed=number),
            choices.randrange(1, 50),
            ignore_eos=choices.random() < 0.5,
        )
        for number in range(40)
    ]
    alone = [(await answer(backend, request)).text for request in requests]

    async def later(index: int) -> str:
        for _ in range(choices.randrange(60)):
            await asyncio.sleep(0.001)
        if index % 7 == 6:
            iterator = backend.generate(requests[index])
            await anext(iterator)
            await iterator.aclose()
            return alone[index]
        return (await answer(backend, requests[index])).text

    order = choices.sample(range(40), 40)
    found = await asyncio.gather(*(later(index) for index in order))
    assert list(found) == [alone[index] for index in order]


async def test_a_slow_reader_delays_nobody_and_gets_all_text(
    backend: TransformersBackend, prompts: list[list[int]]
) -> None:
    expected = await answer(backend, greedy(prompts[0], 100, ignore_eos=True))
    slow = backend.generate(greedy(prompts[0], 100, ignore_eos=True))
    await anext(slow)
    await answer(backend, greedy(prompts[1], 200, ignore_eos=True))
    await until(lambda: idle(backend))
    deltas = [event async for event in slow]
    assert isinstance(deltas[-1], Finish)
    assert len(deltas) <= 3, "text that nobody read is merged"
    assert "".join(event.text for event in deltas if isinstance(event, TextDelta)) == expected.text


def test_higher_priorities_go_first(make_backend: MakeBackend, prompts: list[list[int]]) -> None:
    backend = make_backend(parallel=1)
    finished: list[int] = []

    async def run(priority: int, place: int) -> None:
        await answer(backend, greedy(prompts[place], 3, priority=priority))
        finished.append(priority)

    async def scenario() -> None:
        busy = await start(backend, greedy(prompts[0], 900, ignore_eos=True))
        tasks = []
        for place, priority in enumerate((0, -1, 5, 1)):
            tasks.append(asyncio.ensure_future(run(priority, place)))
            await until(lambda: backend.load_now().waiting == len(tasks))
        busy.cancel()
        await asyncio.gather(*tasks)

    asyncio.run(scenario())
    assert finished == [5, 1, 0, -1]


def test_load_counts(make_backend: MakeBackend, prompts: list[list[int]]) -> None:
    backend = make_backend(parallel=4)

    async def scenario() -> None:
        load = backend.load_now()
        assert (load.slots, load.max_kv_tokens, load.steps, load.step_age_seconds) == (4, 4096, 0, 0.0)
        assert load.memory_free > 0
        reader = await start(backend, greedy(prompts[0], 500, ignore_eos=True))
        load = backend.load_now()
        assert (load.running, load.waiting) == (1, 0)
        assert load.used_kv_tokens >= len(prompts[0])
        assert 0 <= load.step_age_seconds < 10
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        await until(lambda: backend.load_now().step_age_seconds == 0)
        before = backend.load_now()
        await answers(backend, [greedy(prompt, 10, ignore_eos=True) for prompt in prompts[4:8]])
        after = backend.load_now()
        assert after.decode_tokens - before.decode_tokens == 40
        prompt_tokens = sum(map(len, prompts[4:8]))
        new = after.prefill_tokens - before.prefill_tokens + after.cached_tokens - before.cached_tokens
        assert new == prompt_tokens
        assert sum(after.steps_by_batch_size.values()) == after.steps
        assert sum(size * count for size, count in after.steps_by_batch_size.items()) == after.decode_tokens

    asyncio.run(scenario())


def test_close_ends_what_runs_and_what_waits(make_backend: MakeBackend, prompts: list[list[int]]) -> None:
    backend = make_backend(parallel=2)

    async def scenario() -> None:
        readers = [
            asyncio.ensure_future(answer(backend, greedy(prompt, 900, ignore_eos=True)))
            for prompt in prompts[:5]
        ]
        await until(lambda: (backend.load_now().running, backend.load_now().waiting) == (2, 3))
        await asyncio.gather(backend.close(), backend.close())
        for found in await asyncio.gather(*readers, return_exceptions=True):
            assert isinstance(found, WorkerError)
            assert found.reason == "ENGINE_FAILED"
        await backend.close()
        with pytest.raises(WorkerError, match="unloaded"):
            await answer(backend, greedy(prompts[0], 1))

    asyncio.run(scenario())


async def test_before_loading() -> None:
    backend = TransformersBackend(TransformersSettings("nowhere"))
    with pytest.raises(WorkerError) as caught:
        await backend.encode_text("x", False)
    assert caught.value.reason == "LOADING"
    await backend.close()


def telling(told: asyncio.Event) -> Callable[[float, str], None]:
    """Progress that comes from another thread."""
    loop = asyncio.get_running_loop()

    def progress(fraction: float, message: str) -> None:
        loop.call_soon_threadsafe(told.set)

    return progress


async def test_closing_while_it_loads() -> None:
    told = asyncio.Event()
    backend = TransformersBackend(TransformersSettings(str(POCKET), device="cpu", threads=1))
    loading = asyncio.ensure_future(backend.load(telling(told)))
    await told.wait()
    await backend.close()
    with pytest.raises(WorkerError, match="unloaded"):
        await loading


def engines() -> int:
    return sum(thread.name == "sluice-engine" for thread in threading.enumerate())


async def test_cancelling_a_load_ends_its_thread() -> None:
    before = engines()
    told = asyncio.Event()
    backend = TransformersBackend(TransformersSettings(str(POCKET), device="cpu", threads=1))
    loading = asyncio.ensure_future(backend.load(telling(told)))
    await told.wait()
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading
    await backend.close()
    assert engines() == before
