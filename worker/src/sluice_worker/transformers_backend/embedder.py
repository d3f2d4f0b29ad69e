"""Embeddings: the mean of the last hidden state over an input's tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import torch

from .attention import active_layout


class EmbedTask:
    """Made on the event loop; moved on by the engine thread, some inputs per step."""

    def __init__(self, inputs: Sequence[Sequence[int]]) -> None:
        self._loop = asyncio.get_running_loop()
        self.future: asyncio.Future[list[list[float]]] = self._loop.create_future()
        self.inputs = inputs
        self.vectors: list[list[float]] = [[] for _ in inputs]
        #: Indexes that are left, the longest last: similar lengths share a batch, which then holds little
        #: padding.
        self.left = sorted(range(len(inputs)), key=lambda index: len(inputs[index]))
        self._failed = False

    @property
    def done(self) -> bool:
        return self._failed or not self.left or self.future.cancelled()

    def take(self, budget: int) -> list[int]:
        """Inputs for one batch of at most `budget` padded tokens; at least one input."""
        width = len(self.inputs[self.left[-1]])
        count = min(max(1, budget // max(width, 1)), len(self.left))
        taken, self.left = self.left[-count:], self.left[:-count]
        return taken

    def finish(self) -> None:
        self._loop.call_soon_threadsafe(self._settle, None)

    def fail(self, error: Exception) -> None:
        self._failed = True
        self._loop.call_soon_threadsafe(self._settle, error)

    def _settle(self, error: Exception | None) -> None:
        if self.future.done():
            return
        if error is None:
            self.future.set_result(self.vectors)
        else:
            self.future.set_exception(error)


class Embedder:
    """`body`: the model without its head. A causal one needs no mask: padding follows the tokens."""

    def __init__(
        self, body: Any, windows: Sequence[int | None], budget: int, *, causal: bool, eager: bool = False
    ) -> None:
        self._body = body
        self._windows = windows
        self._budget = budget
        self._causal = causal
        self._eager = eager
        self._device: torch.device = body.device

    def embed(self, task: EmbedTask) -> None:
        """One bounded batch of the task."""
        if not task.done:
            taken = task.take(self._budget)
            for index, vector in zip(
                taken, self._vectors([task.inputs[index] for index in taken]), strict=True
            ):
                task.vectors[index] = vector
        if task.done:
            task.finish()

    def _vectors(self, inputs: Sequence[Sequence[int]]) -> list[list[float]]:
        width = max(len(tokens) for tokens in inputs)
        ids = torch.tensor([[*tokens, *[0] * (width - len(tokens))] for tokens in inputs]).to(self._device)
        lengths = torch.tensor([len(tokens) for tokens in inputs], device=self._device)
        real = torch.arange(width, device=self._device)[None] < lengths[:, None]
        with active_layout(None, self._windows, self._eager):
            if self._causal:
                output = self._body(input_ids=ids, use_cache=False)
            else:
                output = self._body(input_ids=ids, attention_mask=real.long())
        hidden = output.last_hidden_state.float().masked_fill(~real[:, :, None], 0)
        return (hidden.sum(1) / lengths[:, None]).tolist()
