"""Reads generations to their ends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sluice_worker.backend import Finish, Generation, Logprob, Prefill, Sampling, TextDelta
from sluice_worker.transformers_backend import TransformersBackend

GREEDY = Sampling(temperature=0)


@dataclass
class Answer:
    text: str = ""
    tokens: list[int] = field(default_factory=list)
    logprobs: list[Logprob] = field(default_factory=list)
    deltas: list[TextDelta] = field(default_factory=list)
    prefills: list[Prefill] = field(default_factory=list)
    finish: Finish | None = None

    @property
    def end(self) -> Finish:
        assert self.finish is not None
        return self.finish


def greedy(prompt: Sequence[int], max_tokens: int = 24, **settings: Any) -> Generation:
    return Generation(prompt, settings.pop("sampling", GREEDY), max_tokens, **settings)


async def answer(backend: TransformersBackend, generation: Generation) -> Answer:
    result = Answer()
    async for event in backend.generate(generation):
        assert result.finish is None, "Finish comes last"
        if isinstance(event, TextDelta):
            result.text += event.text
            result.tokens += event.tokens
            result.logprobs += event.logprobs
            result.deltas.append(event)
        elif isinstance(event, Prefill):
            result.prefills.append(event)
        else:
            result.finish = event
    assert result.finish is not None
    return result


async def answers(backend: TransformersBackend, generations: Sequence[Generation]) -> list[Answer]:
    return list(await asyncio.gather(*(answer(backend, generation) for generation in generations)))


async def until(condition: Any) -> None:
    """Waits for a state, never for a time. The test's own time-out ends what never comes true."""
    while not condition():  # noqa: ASYNC110 - the engine sets no event for it
        await asyncio.sleep(0.001)
