"""Runs the model's forward pass over a planned step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .attention import active_layout
from .kv_cache import KeyValueCache
from .layout import Chunk, DecodeGroup, StepLayout
from .plan import StepPlan
from .rows import Row

#: On a CPU, a row that is longer than this attends by itself: its keys are not copied or padded, and one more
#: call costs little beside them. Measured with 16 rows on one core: 100 keys, together 0.12 to 0.17 ms and
#: alone 0.28; 500 keys, together 0.43 to 0.70 ms and alone 0.77, where the larger figures copy rows that are
#: no neighbours.
_LONG_ROW = 512


class ModelRunner:
    """Owns the model and its cache; used by one thread."""

    def __init__(
        self, model: Any, cache: KeyValueCache, windows: Sequence[int | None], *, eager: bool
    ) -> None:
        self.model = model
        self.cache = cache
        self.windows = windows
        self.eager = eager
        self.device: torch.device = model.device
        self._keeps_logits = model._supports_logits_to_keep()

    def forward(self, plan: StepPlan) -> torch.Tensor:
        """[plan.sampling, vocabulary] in float32. Writes keys and values; the rows' lists stay."""
        self._reserve(plan)
        long = self.device.type == "cpu"
        grouped = [row for row in plan.decoding if not long or len(row.tokens) < _LONG_ROW]
        alone = [row for row in plan.decoding if long and len(row.tokens) >= _LONG_ROW]
        ids, rows, positions, chunks, places = self._pack(grouped, alone, plan)
        packed = torch.tensor([ids, rows, positions]).to(self.device, non_blocking=True)
        group = self._group(grouped, packed[1]) if grouped else None
        layout = StepLayout(packed[1], packed[2], group, chunks)
        keep = [places[row.index] for row in plan.sampling]
        if not keep:
            # Only the cache is of interest; one position's logits cost least.
            return self.run(layout, packed, [0])[:0]
        return self.run(layout, packed, None if keep == list(range(len(ids))) else keep)

    def _reserve(self, plan: StepPlan) -> None:
        lengths = [len(row.tokens) + 1 for row in plan.decoding]
        lengths += [len(part.row.tokens) + len(part.tokens) for part in plan.parts]
        self.cache.reserve(max(lengths))

    def _pack(
        self, grouped: Sequence[Row], alone: Sequence[Row], plan: StepPlan
    ) -> tuple[list[int], list[int], list[int], list[Chunk], dict[int, int]]:
        """Tokens with their rows and positions, and for each row the place of its last token."""
        ids = [row.next_token or 0 for row in grouped]
        rows = [row.index for row in grouped]
        positions = [len(row.tokens) for row in grouped]
        places = {row.index: place for place, row in enumerate(grouped)}
        chunks: list[Chunk] = []
        singles = [(row, [row.next_token or 0]) for row in alone]
        for row, tokens in (*singles, *((part.row, part.tokens) for part in plan.parts)):
            past, count = len(row.tokens), len(tokens)
            chunks.append(Chunk(row.index, len(ids), count, past))
            ids.extend(tokens)
            rows.extend([row.index] * count)
            positions.extend(range(past, past + count))
            places[row.index] = len(ids) - 1
        return ids, rows, positions, chunks, places

    def _group(self, grouped: Sequence[Row], rows: torch.Tensor) -> DecodeGroup:
        lengths = [len(row.tokens) + 1 for row in grouped]
        count, longest = len(grouped), max(lengths)
        first, last = grouped[0].index, grouped[-1].index
        return DecodeGroup(
            rows=slice(first, last + 1) if last - first == count - 1 else rows[:count],
            count=count,
            length=longest,
            lengths=None if min(lengths) == longest else torch.tensor(lengths, device=self.device),
        )

    def run(self, layout: StepLayout, packed: torch.Tensor, keep: list[int] | None) -> torch.Tensor:
        """`packed`: [3, tokens] of ids, rows and positions. `keep`: whose logits are wanted; None: all."""
        self.cache.layout = layout
        arguments: dict[str, Any] = {}
        if keep is not None and self._keeps_logits:
            arguments["logits_to_keep"] = torch.tensor(keep, device=self.device)
        with active_layout(layout, self.windows, self.eager):
            output = self.model(
                input_ids=packed[0:1],
                position_ids=packed[2:3],
                past_key_values=self.cache,
                use_cache=True,
                **arguments,
            )
        logits = output.logits[0]
        if keep is not None and not self._keeps_logits:
            logits = logits[keep]
        # The sampler works in place, so what the model may still hold is copied.
        return logits.float()
