"""A check at load that rows of one step do not see each other, and the shapes of keys and values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .attention import UnsupportedAttentionError, attention_calls
from .checkpoint import invalid_model
from .kv_cache import KeyValueCache
from .plan import PromptPart, StepPlan
from .rows import Row
from .runner import ModelRunner

_LONG, _SHORT = 7, 3
#: Of the largest logit: half precision rounds differently in other shapes.
_TOLERANCE = {torch.float32: 1e-3, torch.float16: 0.05, torch.bfloat16: 0.1}


def probe_rows(model: Any, windows: Sequence[int | None], vocabulary_size: int, *, eager: bool) -> int:
    """Bytes of one token's keys and values. Raises INVALID_MODEL where rows are not independent.

    Two prompts run together in one step and then alone, cut into two steps: an architecture that mixes
    neighbouring tokens outside attention, or keeps a state of its own, gives other logits.
    """
    cache = KeyValueCache(rows=4, limit=16)
    runner = ModelRunner(model, cache, windows, eager=eager)
    tokens = [(37 * index + 11) % vocabulary_size for index in range(_LONG + _SHORT)]
    long, short = tokens[:_LONG], tokens[_LONG:]
    name = model.config.model_type
    before = attention_calls()
    try:
        together = runner.forward(StepPlan([], [_part(0, long), _part(1, short)]))
        if attention_calls() - before < len(windows):
            raise invalid_model(
                f"{name} has layers whose attention transformers cannot replace: use another engine"
            )
        row = Row(2)
        runner.forward(StepPlan([], [PromptPart(row, long[:4], last=False)]))
        row.tokens = long[:4]
        alone = [
            runner.forward(StepPlan([], [PromptPart(row, long[4:], last=True)])),
            runner.forward(StepPlan([], [_part(3, short)])),
        ]
    except UnsupportedAttentionError as error:
        raise invalid_model(f"{name} cannot run in a batch of rows: {error}") from error
    difference = (together - torch.cat(alone)).abs().max().item()
    allowed = _TOLERANCE.get(model.dtype, 0.1) * max(1.0, together.abs().max().item())
    if not difference <= allowed:
        message = f"{name} mixes the requests of one batch (logits differ by {difference:.3g})"
        raise invalid_model(f"{message}: use another engine")
    return cache.bytes_per_token


def _part(row: int, tokens: list[int]) -> PromptPart:
    return PromptPart(Row(row), tokens, last=True)
