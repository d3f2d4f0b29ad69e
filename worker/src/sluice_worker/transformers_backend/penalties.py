"""Presence, frequency and repetition penalties, for all rows of a batch that ask for any."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from .row_sampler import RowSampler


class Penalties:
    """Counts tokens per row of the batch. The tables exist from the first request on that needs them."""

    def __init__(self, rows: int, vocabulary_size: int, device: torch.device) -> None:
        self._shape = (rows, vocabulary_size)
        self._device = device
        self._generated: torch.Tensor | None = None
        self._prompt: torch.Tensor | None = None

    def start(self, row: int, sampler: RowSampler, prompt: Sequence[int]) -> None:
        """The row begins a new request."""
        if not sampler.has_penalty:
            return
        if self._generated is None or self._prompt is None:
            self._generated = torch.zeros(self._shape, device=self._device)
            self._prompt = torch.zeros(self._shape, dtype=torch.bool, device=self._device)
        self._generated[row].zero_()
        self._prompt[row].zero_()
        self._prompt[row, torch.tensor(list(prompt), device=self._device)] = True

    def apply(
        self, logits: torch.Tensor, index: torch.Tensor, rows: torch.Tensor, settings: torch.Tensor
    ) -> None:
        """Changes the rows `index` of `logits`, which are the batch's `rows`.

        `settings`: [3, rows, 1] of presence, frequency and repetition. Repetition looks at prompt and answer,
        the other two at the answer only.
        """
        assert self._generated is not None
        assert self._prompt is not None
        presence, frequency, repetition = settings
        generated = self._generated[rows]
        answered = generated > 0
        edited = logits[index]
        repeated = torch.where(edited > 0, edited / repetition, edited * repetition)
        edited = torch.where(answered | self._prompt[rows], repeated, edited)
        logits[index] = edited - frequency * generated - presence * answered

    def count(self, rows: torch.Tensor, tokens: torch.Tensor) -> None:
        """One more of `tokens` in each of `rows`."""
        assert self._generated is not None
        self._generated.index_put_((rows, tokens), torch.ones((), device=self._device), accumulate=True)
