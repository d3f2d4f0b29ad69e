"""What a failing step costs: as few requests as possible, and never the engine."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import torch

from sluice_worker.errors import WorkerError
from sluice_worker.transformers_backend import TransformersBackend
from sluice_worker.transformers_backend.layout import StepLayout
from sluice_worker.transformers_backend.runner import ModelRunner

from .answers import answer, answers, greedy, until
from .conftest import MakeBackend


def outcome(found: Any) -> str:
    return found.reason if isinstance(found, WorkerError) else found.end.reason


async def test_out_of_memory_ends_the_longest_row_alone(
    backend: TransformersBackend, prompts: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [(await answer(backend, greedy(prompt, 30, ignore_eos=True))).tokens for prompt in prompts[:4]]
    run = ModelRunner.run

    def run_in_little_memory(self: ModelRunner, layout: StepLayout, *rest: Any) -> torch.Tensor:
        if layout.group is not None and layout.group.count > 4:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return run(self, layout, *rest)

    monkeypatch.setattr(ModelRunner, "run", run_in_little_memory)
    long = (prompts[5] * 20)[:200]
    requests = [greedy(prompt, 30, ignore_eos=True) for prompt in [*prompts[:4], long]]
    found = await asyncio.gather(*(answer(backend, one) for one in requests), return_exceptions=True)
    assert [outcome(one) for one in found] == [*["length"] * 4, "INSUFFICIENT_MEMORY"]
    assert [one.tokens for one in found[:4] if not isinstance(one, BaseException)] == expected
    await until(lambda: backend.load_now().running == 0)


def test_a_step_that_fails_ends_its_rows_and_the_next_ones_go_on(
    make_backend: MakeBackend, prompts: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(_fail_and_go_on(make_backend(parallel=3), prompts, monkeypatch))


async def _fail_and_go_on(
    backend: TransformersBackend, prompts: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = (await answer(backend, greedy(prompts[0], 10))).tokens
    with monkeypatch.context() as patch:
        patch.setattr(ModelRunner, "run", lambda *_: (_ for _ in ()).throw(RuntimeError("kernel exploded")))
        requests = [greedy(prompt, 10) for prompt in prompts[3:6]]
        found = await asyncio.gather(*(answer(backend, one) for one in requests), return_exceptions=True)
    assert [outcome(one) for one in found] == ["ENGINE_FAILED"] * 3
    assert "kernel exploded" in str(found[0])
    again = await answers(backend, [greedy(prompts[0], 10)] * 2)
    assert [one.tokens for one in again] == [expected] * 2
    assert again[0].end.cached_tokens == 0, "what a failed step left is not used"


async def test_numbers_that_are_none_end_one_row_and_do_not_stay_in_the_cache(
    backend: TransformersBackend, prompts: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [(await answer(backend, greedy(prompt, 12))).tokens for prompt in prompts[:16]]
    run = ModelRunner.run

    def run_with_a_broken_row(self: ModelRunner, layout: StepLayout, *rest: Any) -> torch.Tensor:
        logits = run(self, layout, *rest)
        if layout.group is not None and layout.group.count == 16:
            logits[3] = float("nan")
            for store in (*self.cache.keys, *self.cache.values):
                assert store is not None
                store[3, :, : layout.group.length] = float("nan")
        return logits

    with monkeypatch.context() as patch:
        patch.setattr(ModelRunner, "run", run_with_a_broken_row)
        requests = [greedy(prompt, 12, ignore_eos=True) for prompt in prompts[:16]]
        found = await asyncio.gather(*(answer(backend, one) for one in requests), return_exceptions=True)
    assert sorted(outcome(one) for one in found) == ["ENGINE_FAILED", *["length"] * 15]
    again = await answers(backend, [greedy(prompt, 12) for prompt in prompts[:16]])
    assert [one.tokens for one in again] == expected
