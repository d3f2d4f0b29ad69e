"""Runs the choices of one request at once and gives their events in the order in which they happen."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence

from ..backend import Backend, Event, Finish, Generation, Prefill, TextDelta
from ..contract import messages as wire
from .choice import Choice

#: One event of one choice, or what ended it.
_Item = tuple[int, Event | Exception]


async def generate(
    backend: Backend, generations: Sequence[Generation], choices: Sequence[Choice], flush_interval: float
) -> AsyncGenerator[wire.GenerateEvent, None]:
    """`flush_interval`: seconds in which deltas of a choice are collected. Closing it frees the rows."""
    if len(generations) == 1 and flush_interval == 0:
        events = _run(backend, generations[0])
        async with contextlib.aclosing(events):
            async for event in events:
                for encoded in _encode(choices[0], 0, event):
                    yield encoded
        return
    merged = _merge([_run(backend, generation) for generation in generations], flush_interval)
    async with contextlib.aclosing(merged):
        async for index, event in merged:
            for encoded in _encode(choices[index], index, event):
                yield encoded


async def _run(backend: Backend, generation: Generation) -> AsyncGenerator[Event, None]:
    if generation.max_tokens == 0:
        yield Finish("length", len(generation.prompt), 0, 0, 0.0, 0.0, 0.0)
        return
    events = backend.generate(generation)
    try:
        async for event in events:
            yield event
    finally:
        close = getattr(events, "aclose", None)
        if close is not None:
            await close()


def _encode(choice: Choice, index: int, event: Event) -> Sequence[wire.GenerateEvent]:
    if isinstance(event, TextDelta):
        delta = choice.push(event)
        return () if delta is None else (wire.GenerateEvent(delta=delta),)
    if isinstance(event, Finish):
        return choice.finish(event)
    # The choices have one prompt, and Progress does not say whose it is.
    return () if index > 0 else (wire.GenerateEvent(progress=_encode_progress(event)),)


def _encode_progress(event: Prefill) -> wire.Progress:
    return wire.Progress(prefill_tokens_done=event.done, prefill_tokens_total=event.total)


async def _merge(
    sources: Sequence[AsyncGenerator[Event, None]], flush_interval: float
) -> AsyncGenerator[tuple[int, Event], None]:
    """Deltas of a choice that wait together leave as one. Bounded: a source is read on when there is room."""
    queue: asyncio.Queue[_Item] = asyncio.Queue(len(sources))
    tasks = [asyncio.ensure_future(_pump(index, source, queue)) for index, source in enumerate(sources)]
    unfinished = len(sources)
    collector = _Collector(queue, flush_interval)
    try:
        while unfinished > 0:
            for index, event in await collector.take():
                if isinstance(event, Exception):
                    raise event
                unfinished -= isinstance(event, Finish)
                yield index, event
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _pump(index: int, source: AsyncGenerator[Event, None], queue: asyncio.Queue[_Item]) -> None:
    try:
        async for event in source:
            await queue.put((index, event))
    except Exception as error:
        await queue.put((index, error))
    finally:
        await source.aclose()


class _Collector:
    def __init__(self, queue: asyncio.Queue[_Item], interval: float) -> None:
        self._queue = queue
        self._interval = interval
        self._last = float("-inf")

    async def take(self) -> list[_Item]:
        """At least one item; of the deltas of one choice only one."""
        items = [await self._queue.get()]
        loop = asyncio.get_running_loop()
        deadline = self._last + self._interval
        while all(isinstance(event, TextDelta) for _, event in items):
            try:
                rest = deadline - loop.time()
                item = (
                    await asyncio.wait_for(self._queue.get(), rest) if rest > 0 else self._queue.get_nowait()
                )
            except (asyncio.TimeoutError, asyncio.QueueEmpty):
                break
            _add(items, item)
        if isinstance(items[0][1], TextDelta):
            self._last = loop.time()
        return items


def _add(items: list[_Item], item: _Item) -> None:
    index, event = item
    if isinstance(event, TextDelta):
        for position, (other, earlier) in enumerate(items):
            if other == index and isinstance(earlier, TextDelta):
                items[position] = index, _join(earlier, event)
                return
    items.append(item)


def _join(first: TextDelta, second: TextDelta) -> TextDelta:
    return TextDelta(
        first.text + second.text, [*first.tokens, *second.tokens], [*first.logprobs, *second.logprobs]
    )
