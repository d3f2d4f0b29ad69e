"""How one request's tokens are chosen: its settings in the form that the batched sampler reads."""

from __future__ import annotations

import random
from collections.abc import Sequence

import torch

from ..backend import Generation

#: OpenAI: "values like -100 or 100 should result in a ban or exclusive selection".
_BAN = -100.0
#: Draws are multiples of 2^-23, so that a 32-bit float times a draw is less than the float.
_DRAW_STEPS = 1 << 23


class RowSampler:
    """The random stream belongs to the request: what else is in the batch changes no draw."""

    __slots__ = (
        "_random",
        "bias_ids",
        "bias_values",
        "end_ids",
        "frequency",
        "min_p",
        "min_tokens",
        "presence",
        "repetition",
        "temperature",
        "top_k",
        "top_logprobs",
        "top_p",
    )

    def __init__(self, generation: Generation, end_tokens: Sequence[int], device: torch.device) -> None:
        sampling = generation.sampling
        self.temperature = 1.0 if sampling.temperature is None else sampling.temperature
        #: 0: all.
        self.top_k = sampling.top_k or 0
        self.top_p = 1.0 if sampling.top_p is None else sampling.top_p
        self.min_p = sampling.min_p or 0.0
        self.presence = sampling.presence_penalty or 0.0
        self.frequency = sampling.frequency_penalty or 0.0
        self.repetition = 1.0 if sampling.repetition_penalty is None else sampling.repetition_penalty
        self.top_logprobs = generation.top_logprobs
        self.min_tokens = generation.min_tokens
        # A stop token ends the choice as an end token does, so it has to wait as well.
        ends = sorted({*end_tokens, *generation.stop_token_ids}) if generation.min_tokens > 0 else []
        self.end_ids = torch.tensor(ends, dtype=torch.long, device=device)
        bias = {
            token: float("-inf") if value <= _BAN else value for token, value in sampling.logit_bias.items()
        }
        self.bias_ids = torch.tensor(list(bias), dtype=torch.long, device=device)
        self.bias_values = torch.tensor(list(bias.values()), dtype=torch.float32, device=device)
        self._random = random.Random(sampling.seed)

    @property
    def is_greedy(self) -> bool:
        return self.temperature == 0

    @property
    def has_filter(self) -> bool:
        """Some tokens are dropped before the draw."""
        return self.top_k > 0 or self.top_p < 1 or self.min_p > 0

    @property
    def has_penalty(self) -> bool:
        return self.presence != 0 or self.frequency != 0 or self.repetition != 1

    def draw(self) -> float:
        """The next random number of this request, from 0 to below 1."""
        return int(self._random.random() * _DRAW_STEPS) / _DRAW_STEPS
