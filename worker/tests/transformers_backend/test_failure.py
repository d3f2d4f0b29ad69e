"""An engine that has ended by itself must not pass for one that works."""

from __future__ import annotations

import asyncio

import pytest

from sluice_worker.errors import WorkerError
from sluice_worker.transformers_backend import TransformersBackend

from .answers import answer, greedy, until
from .conftest import MakeBackend


def test_a_defect_in_the_loop_is_told(make_backend: MakeBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(_break_down(make_backend(), monkeypatch))


async def _break_down(backend: TransformersBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    await answer(backend, greedy([1, 2, 3], 2))
    assert backend.failure is None

    def break_down(_forward: object) -> None:
        raise RuntimeError("a defect")

    started = backend._started
    assert started is not None
    assert "messages" in started.description.chat_template
    monkeypatch.setattr(started.engine, "_turn", break_down)
    # The first one wakes the loop, whose next turn is the broken one.
    with pytest.raises(WorkerError, match="a defect"):
        await _answer_twice(backend)
    await until(lambda: backend.failure is not None)
    await backend.close()
    assert backend.failure is None


async def _answer_twice(backend: TransformersBackend) -> None:
    for _attempt in range(2):
        await answer(backend, greedy([1, 2, 3], 2))
