"""Recorded decode steps. A recorder that runs the function again stands for CUDA's, so all but the capture
runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
import torch

from sluice_worker.transformers_backend import TransformersBackend, start
from sluice_worker.transformers_backend.decode_graphs import DecodeGraphs, Recorder, Replay

from .answers import answers, greedy
from .conftest import MakeBackend


def rerun() -> Recorder:
    def record(work: Callable[[], torch.Tensor]) -> tuple[torch.Tensor, Replay]:
        result = work()

        def replay() -> None:
            result.copy_(work())

        return result, replay

    return record


def stale() -> Recorder:
    def record(work: Callable[[], torch.Tensor]) -> tuple[torch.Tensor, Replay]:
        return work(), lambda: None

    return record


def broken() -> Recorder:
    def record(work: Callable[[], torch.Tensor]) -> tuple[torch.Tensor, Replay]:
        raise RuntimeError("operation not permitted when stream is capturing")

    return record


@pytest.fixture
def make_recorded(
    make_backend: MakeBackend, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., TransformersBackend]:
    def make(recorder: Callable[[], Recorder], parallel: int) -> TransformersBackend:
        monkeypatch.setattr(start, "cuda_recorder", recorder)
        monkeypatch.setattr(start, "_records", lambda settings, device: True)
        return make_backend(parallel=parallel)

    return make


def test_recorded_steps_give_the_same_tokens(
    backend: TransformersBackend,
    make_recorded: Callable[..., TransformersBackend],
    prompts: list[list[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recorded = make_recorded(rerun, 6)
    uses = 0
    forward = DecodeGraphs.forward

    def count(self: DecodeGraphs, plan: object) -> torch.Tensor:
        nonlocal uses
        uses += 1
        return forward(self, plan)  # type: ignore[arg-type]

    monkeypatch.setattr(DecodeGraphs, "forward", count)
    requests = [greedy(prompt, 30, ignore_eos=True) for prompt in [*prompts[:7], (prompts[7] * 20)[:250]]]
    expected = asyncio.run(answers(backend, requests))
    found = asyncio.run(answers(recorded, requests))
    assert [one.tokens for one in found] == [one.tokens for one in expected]
    assert uses > 30


@pytest.mark.parametrize("recorder", [stale, broken])
def test_recordings_that_are_wrong_or_impossible_are_not_used(
    make_recorded: Callable[..., TransformersBackend],
    prompts: list[list[int]],
    recorder: Callable[[], Recorder],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    plain = make_recorded(recorder, 2)
    assert "recorded" in caplog.text
    monkeypatch.setattr(DecodeGraphs, "forward", lambda *_: pytest.fail("used"))
    asyncio.run(answers(plain, [greedy(prompts[0], 5)]))
