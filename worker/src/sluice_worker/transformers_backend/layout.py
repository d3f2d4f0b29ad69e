"""Which tokens one forward pass holds and where their keys and values lie.

A step packs the tokens of all rows into one sequence of batch size 1, without padding: linear layers see
exactly the tokens that count, and only attention looks at the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

#: Additive masks of one step by what they are for: all layers of a kind share one.
Masks = dict[object, torch.Tensor | None]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Tokens of one row that attend on their own: part of a prompt, or the next token of a long row."""

    row: int
    #: Index of its first token within the step.
    first: int
    count: int
    #: Tokens of the row that the cache held before.
    past: int


@dataclass(slots=True)
class DecodeGroup:
    """Rows with one new token each that attend in one call. They are the first tokens of the step."""

    #: Ascending row indexes; a slice where they are neighbours, which saves copying their keys and values.
    rows: torch.Tensor | slice
    count: int
    #: Keys that are looked at: at least the longest row's length, the new token included.
    length: int
    #: [count]: each row's length, the new token included. None: all are `length`.
    lengths: torch.Tensor | None


@dataclass(slots=True)
class StepLayout:
    """Read by the attention function and by the cache while the model's forward runs."""

    #: [tokens]: where each token's keys and values are written.
    rows: torch.Tensor
    positions: torch.Tensor
    group: DecodeGroup | None
    chunks: Sequence[Chunk]
    masks: Masks = field(default_factory=dict)


def additive(allowed: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """0 where attention may look, minus infinity elsewhere."""
    mask = torch.zeros(allowed.shape, dtype=dtype, device=allowed.device)
    return mask.masked_fill_(~allowed, float("-inf"))


def group_mask(
    masks: Masks, group: DecodeGroup, window: int | None, like: torch.Tensor
) -> torch.Tensor | None:
    """[rows, 1, 1, length], or None where every row looks at all of `length`."""
    key = ("group", window)
    if key not in masks:
        masks[key] = _group_mask(group, window, like)
    return masks[key]


def _group_mask(group: DecodeGroup, window: int | None, like: torch.Tensor) -> torch.Tensor | None:
    if window is not None and window >= group.length:
        window = None
    if group.lengths is None and window is None:
        return None
    lengths = group.length if group.lengths is None else group.lengths[:, None]
    keys = torch.arange(group.length, device=like.device)[None]
    allowed = keys < lengths
    if window is not None:
        allowed = allowed & (keys >= lengths - window)
    return additive(allowed, like.dtype)[:, None, None]


def chunk_start(chunk: Chunk, window: int | None) -> int:
    """The first key that any token of the chunk looks at."""
    return 0 if window is None else max(0, chunk.past + 1 - window)


def chunk_mask(
    masks: Masks, chunk: Chunk, window: int | None, heads: int, like: torch.Tensor
) -> torch.Tensor:
    """[heads x tokens, keys from `chunk_start` on]: causal, cut to the window, equal for all `heads`."""
    key = (chunk.first, window, heads)
    mask = masks.get(key)
    if mask is None:
        start = chunk_start(chunk, window)
        queries = torch.arange(chunk.past, chunk.past + chunk.count, device=like.device)[:, None]
        keys = torch.arange(start, chunk.past + chunk.count, device=like.device)[None]
        allowed = keys <= queries
        if window is not None:
            allowed = allowed & (keys > queries - window)
        mask = additive(allowed, like.dtype).repeat(heads, 1)
        masks[key] = mask
    return mask
