"""Chooses the next token of every row of a step, all rows at once; applies only what some row asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from ..backend import Logprob
from .draw import Filters, draw_filtered, draw_plain
from .penalties import Penalties
from .row_sampler import RowSampler
from .vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Sampled:
    #: None: the logits left nothing to choose from.
    token: int | None
    logprob: Logprob | None


@dataclass(frozen=True, slots=True)
class Request:
    """One row of the step's logits."""

    row: int
    sampler: RowSampler
    #: Tokens that its answer has.
    answered: int


class _Batch:
    """What rows of a step have in common, as tensors. Holds as long as the same requests are sampled."""

    def __init__(self, requests: Sequence[Request], size: int, device: torch.device) -> None:
        self.samplers = [request.sampler for request in requests]
        numbered = list(enumerate(self.samplers))
        biased = [(index, sampler) for index, sampler in numbered if len(sampler.bias_ids) > 0]
        self.is_biased = len(biased) > 0
        # One operation for all rows: benchmarks ban the end tokens of every one of them.
        self.bias_rows = torch.tensor(
            [index for index, sampler in biased for _ in sampler.bias_ids], dtype=torch.long, device=device
        )
        self.bias_ids = torch.cat([sampler.bias_ids for _, sampler in biased]) if biased else self.bias_rows
        self.bias_values = torch.cat([s.bias_values for _, s in biased]) if biased else torch.empty(0)
        self.waiting = [index for index, sampler in numbered if sampler.min_tokens > 0]
        self.penalized = [index for index, sampler in numbered if sampler.has_penalty]
        self.logged = [index for index, sampler in numbered if sampler.top_logprobs is not None]
        self.plain = [index for index, s in numbered if not s.is_greedy and not s.has_filter]
        self.filtered = [index for index, s in numbered if not s.is_greedy and s.has_filter]

        def column(values: Sequence[float], dtype: torch.dtype = torch.float32) -> torch.Tensor:
            return torch.tensor(values, dtype=dtype, device=device)[:, None]

        self.penalized_index = torch.tensor(self.penalized, dtype=torch.long, device=device)
        self.penalized_rows = torch.tensor(
            [requests[index].row for index in self.penalized], dtype=torch.long, device=device
        )
        chosen = [self.samplers[index] for index in self.penalized]
        self.penalties = torch.stack(
            [
                column([sampler.presence for sampler in chosen]),
                column([sampler.frequency for sampler in chosen]),
                column([sampler.repetition for sampler in chosen]),
            ]
        )
        self.plain_temperature = column([self.samplers[index].temperature for index in self.plain])
        chosen = [self.samplers[index] for index in self.filtered]
        limits = [sampler.top_k or size for sampler in chosen]
        self.filters = Filters(
            temperature=column([sampler.temperature for sampler in chosen]),
            top_k=column(limits, torch.long),
            top_p=column([sampler.top_p for sampler in chosen]),
            min_p=column([sampler.min_p for sampler in chosen]),
            widest_top_k=max(limits, default=0),
        )


class Sampler:
    def __init__(self, rows: int, vocabulary: Vocabulary, device: torch.device) -> None:
        self._vocabulary = vocabulary
        self._device = device
        self._batch: _Batch | None = None
        self.penalties = Penalties(rows, vocabulary.size, device)

    def choose(self, logits: torch.Tensor, requests: Sequence[Request]) -> list[Sampled]:
        """`logits`: [requests, vocabulary], float32; they are changed in place."""
        batch = self._batch_of(requests)
        # Of the model's own distribution, before anything is done to it.
        raw = logits[batch.logged].log_softmax(-1) if batch.logged else None
        self._edit(logits, requests, batch)
        best, tokens = logits.max(-1)
        if batch.plain:
            self._draw_plain(logits, tokens, batch)
        if batch.filtered:
            self._draw_filtered(logits, tokens, batch)
        if batch.penalized:
            self.penalties.count(batch.penalized_rows, tokens[batch.penalized_index])
        logprobs = {} if raw is None else self._logprobs(raw, tokens, batch)
        # NaN, and minus infinity where every token is banned, are not above.
        valid = (best > float("-inf")).tolist()
        return [
            Sampled(token if usable else None, logprobs.get(index))
            for index, (token, usable) in enumerate(zip(tokens.tolist(), valid, strict=True))
        ]

    def _batch_of(self, requests: Sequence[Request]) -> _Batch:
        batch = self._batch
        if batch is None or batch.samplers != [request.sampler for request in requests]:
            batch = self._batch = _Batch(requests, self._vocabulary.size, self._device)
        return batch

    def _edit(self, logits: torch.Tensor, requests: Sequence[Request], batch: _Batch) -> None:
        if batch.penalized:
            self.penalties.apply(logits, batch.penalized_index, batch.penalized_rows, batch.penalties)
        if batch.is_biased:
            logits[batch.bias_rows, batch.bias_ids] += batch.bias_values
        for index in batch.waiting:
            if requests[index].answered < batch.samplers[index].min_tokens:
                logits[index].index_fill_(0, batch.samplers[index].end_ids, float("-inf"))

    def _draw_plain(self, logits: torch.Tensor, tokens: torch.Tensor, batch: _Batch) -> None:
        everyone = len(batch.plain) == len(batch.samplers)
        chosen = logits if everyone else logits[batch.plain]
        tokens[batch.plain] = draw_plain(chosen, batch.plain_temperature, self._draws(batch, batch.plain))

    def _draw_filtered(self, logits: torch.Tensor, tokens: torch.Tensor, batch: _Batch) -> None:
        everyone = len(batch.filtered) == len(batch.samplers)
        chosen = logits if everyone else logits[batch.filtered]
        tokens[batch.filtered] = draw_filtered(chosen, batch.filters, self._draws(batch, batch.filtered))

    def _draws(self, batch: _Batch, chosen: Sequence[int]) -> torch.Tensor:
        draws = [[batch.samplers[index].draw()] for index in chosen]
        return torch.tensor(draws, dtype=torch.float32, device=self._device)

    def _logprobs(self, raw: torch.Tensor, tokens: torch.Tensor, batch: _Batch) -> dict[int, Logprob]:
        wanted = [batch.samplers[index].top_logprobs or 0 for index in batch.logged]
        chosen_tokens = tokens[batch.logged]
        chosen = raw.gather(-1, chosen_tokens[:, None])[:, 0].tolist()
        values, ids = (found.tolist() for found in raw.topk(max(wanted)))
        result: dict[int, Logprob] = {}
        for place, (index, token) in enumerate(zip(batch.logged, chosen_tokens.tolist(), strict=True)):
            count = wanted[place]
            top = [
                self._logprob(*pair) for pair in zip(ids[place][:count], values[place][:count], strict=True)
            ]
            result[index] = self._logprob(token, chosen[place], top)
        return result

    def _logprob(self, token: int, value: float, top: Sequence[Logprob] = ()) -> Logprob:
        return Logprob(token, value, self._vocabulary.token_bytes(token), top)
