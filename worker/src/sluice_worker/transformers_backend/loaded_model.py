"""A loaded model as the engine drives it: forward pass, sampling, embeddings."""

from __future__ import annotations

import torch

from .decode_graphs import DecodeGraphs
from .embedder import Embedder, EmbedTask
from .job import Job
from .plan import StepPlan
from .rows import Row
from .runner import ModelRunner
from .sampler import Request, Sampled, Sampler


class CausalModel:
    """`graphs`: for steps without prompts, where the device gains by them."""

    def __init__(
        self, runner: ModelRunner, sampler: Sampler, embedder: Embedder, graphs: DecodeGraphs | None = None
    ) -> None:
        self.device: torch.device = runner.device
        self._runner = runner
        self._sampler = sampler
        self._embedder = embedder
        self._graphs = graphs

    def step(self, plan: StepPlan, requests: list[Request]) -> list[Sampled]:
        forward = self._runner.forward if self._graphs is None or plan.parts else self._graphs.forward
        logits = forward(plan)
        return self._sampler.choose(logits, requests) if requests else []

    def start_row(self, row: Row, job: Job, source: Row, cached: int) -> None:
        if source is not row and cached > 0:
            self._runner.cache.reserve(cached)
            self._runner.cache.copy_prefix(source.index, row.index, cached)
        self._sampler.penalties.start(row.index, job.sampler, job.prompt)

    def forget_row(self, row: Row) -> None:
        self._runner.cache.clear(row.index)

    def embed(self, task: EmbedTask) -> None:
        self._embedder.embed(task)


class EncoderModel:
    """Makes embeddings; nothing can be submitted for generation."""

    def __init__(self, embedder: Embedder, device: torch.device) -> None:
        self.device = device
        self._embedder = embedder

    def step(self, plan: StepPlan, requests: list[Request]) -> list[Sampled]:
        raise NotImplementedError("an encoder has no steps")

    def start_row(self, row: Row, job: Job, source: Row, cached: int) -> None:
        raise NotImplementedError("an encoder has no rows")

    def forget_row(self, row: Row) -> None: ...

    def embed(self, task: EmbedTask) -> None:
        self._embedder.embed(task)
