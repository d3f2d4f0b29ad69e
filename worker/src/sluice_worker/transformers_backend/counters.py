"""Totals since the model was loaded. Written by the engine thread, read by any."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Counters:
    steps: int = 0
    prefill_tokens: int = 0
    cached_tokens: int = 0
    decode_tokens: int = 0
    cancelled: int = 0
    steps_by_batch_size: dict[int, int] = field(default_factory=dict)

    def stepped(self, prefilled: int, sampled: int) -> None:
        """One forward pass, after which `sampled` rows got a token."""
        self.steps += 1
        self.prefill_tokens += prefilled
        self.decode_tokens += sampled
        if sampled > 0:
            self.steps_by_batch_size[sampled] = self.steps_by_batch_size.get(sampled, 0) + 1
