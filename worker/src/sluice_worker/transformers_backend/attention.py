"""Attention over rows of different lengths, registered with transformers as an attention implementation.

The model's code calls `row_attention` with the queries of a packed step and what `KeyValueCache.update`
returned: the keys and values of all rows. The step's layout says which belong together. One thread runs one
model, so the layout is handed over beside the call, in a thread-local variable: not every architecture passes
its keyword arguments through to attention.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from .layout import Chunk, DecodeGroup, StepLayout, chunk_mask, chunk_start, group_mask

#: The implementation's name in transformers. No mask function has this name, so models build no masks.
ROW_ATTENTION = "sluice_rows"


class UnsupportedAttentionError(Exception):
    """The architecture's attention needs something that rows of one batch cannot have here."""


class _Active(threading.local):
    layout: StepLayout | None = None
    windows: Sequence[int | None] = ()
    eager: bool = False
    calls: int = 0


_active = _Active()


@contextmanager
def active_layout(
    layout: StepLayout | None, windows: Sequence[int | None], eager: bool = False
) -> Iterator[None]:
    """For the forward pass inside. None: every sequence of the batch stands for itself, without a cache.

    `windows`: per layer, how many tokens it looks back, its own included; None: all.
    """
    _active.layout, _active.windows, _active.eager = layout, windows, eager
    try:
        yield
    finally:
        _active.layout = None


def attention_calls() -> int:
    """How often this thread's models called `row_attention`; one that never does attends otherwise."""
    return _active.calls


class _Kernel:
    """What one layer asks of queries, keys and values. Query heads that share keys are one axis."""

    __slots__ = ("eager", "scaling", "sinks", "softcap")

    def __init__(
        self, scaling: float | None, softcap: float | None, sinks: torch.Tensor | None, eager: bool
    ) -> None:
        self.scaling = scaling
        self.softcap = softcap
        self.sinks = sinks
        self.eager = eager or softcap is not None or sinks is not None

    def __call__(
        self, query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, mask: torch.Tensor | None
    ) -> torch.Tensor:
        if not self.eager:
            return scaled_dot_product_attention(query, keys, values, attn_mask=mask, scale=self.scaling)
        scaling = self.scaling if self.scaling is not None else query.shape[-1] ** -0.5
        scores = torch.matmul(query, keys.transpose(-1, -2)) * scaling
        if self.softcap is not None:
            scores = torch.tanh(scores / self.softcap) * self.softcap
        if mask is not None:
            scores = scores + mask
        return torch.matmul(self._softmax(scores).to(values.dtype), values)

    def _softmax(self, scores: torch.Tensor) -> torch.Tensor:
        if self.sinks is None:
            return scores.softmax(-1, dtype=torch.float32)
        # A sink is one more score per head that takes attention and gives no value.
        heads, queries = scores.shape[1], scores.shape[2]
        sinks = self.sinks.view(heads, -1)
        sinks = sinks.repeat_interleave(queries // sinks.shape[1], dim=1)[None, :, :, None]
        scores = torch.cat([scores, sinks.to(scores.dtype).expand(scores.shape[0], -1, -1, -1)], dim=-1)
        return scores.softmax(-1, dtype=torch.float32)[..., :-1]


def _attend_group(
    query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, layout: StepLayout, window: int | None,
    kernel: _Kernel,
) -> torch.Tensor:  # fmt: skip
    group: DecodeGroup | None = layout.group
    assert group is not None
    heads, shared = keys.shape[1], query.shape[1] // keys.shape[1]
    folded = query[0, :, : group.count].transpose(0, 1).reshape(group.count, heads, shared, query.shape[-1])
    keys, values = keys[:, :, : group.length], values[:, :, : group.length]
    if isinstance(group.rows, slice):
        keys, values = keys[group.rows], values[group.rows]
    else:
        keys, values = keys.index_select(0, group.rows), values.index_select(0, group.rows)
    output = kernel(folded, keys, values, group_mask(layout.masks, group, window, query))
    return output.reshape(group.count, heads * shared, -1)


def _attend_chunk(
    query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, layout: StepLayout, chunk: Chunk,
    window: int | None, kernel: _Kernel,
) -> torch.Tensor:  # fmt: skip
    heads, shared = keys.shape[1], query.shape[1] // keys.shape[1]
    start, end = chunk_start(chunk, window), chunk.past + chunk.count
    keys = keys[chunk.row : chunk.row + 1, :, start:end]
    values = values[chunk.row : chunk.row + 1, :, start:end]
    query = query[:, :, chunk.first : chunk.first + chunk.count]
    whole = chunk.past == 0 and (window is None or chunk.count <= window)
    if whole and not kernel.eager:
        output = scaled_dot_product_attention(
            query, keys, values, is_causal=True, scale=kernel.scaling, enable_gqa=shared > 1
        )
        return output[0].transpose(0, 1)
    # One token looks at everything that is left; more of them need the causal mask.
    mask = None if chunk.count == 1 else chunk_mask(layout.masks, chunk, window, shared, query)
    output = kernel(query.reshape(1, heads, shared * chunk.count, -1), keys, values, mask)
    return output.reshape(heads * shared, chunk.count, -1).transpose(0, 1)


def _attend_whole(
    query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, window: int | None, kernel: _Kernel
) -> torch.Tensor:
    """Sequences without a past, padded at their ends: causal attention never sees the padding."""
    batch, all_heads, count = query.shape[:3]
    heads, shared = keys.shape[1], all_heads // keys.shape[1]
    if not kernel.eager and (window is None or count <= window):
        output = scaled_dot_product_attention(
            query, keys, values, is_causal=True, scale=kernel.scaling, enable_gqa=shared > 1
        )
        return output.transpose(1, 2)
    mask = chunk_mask({}, Chunk(0, 0, count, 0), window, shared, query)
    output = kernel(query.reshape(batch, heads, shared * count, -1), keys, values, mask)
    return output.reshape(batch, all_heads, count, -1).transpose(1, 2)


def row_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    softcap: float | None = None,
    s_aux: torch.Tensor | None = None,
    position_bias: torch.Tensor | None = None,
    is_causal: bool | None = None,
    **_: object,
) -> tuple[torch.Tensor, None]:
    """Returns [batch, tokens, heads, dim], as transformers expects it."""
    _active.calls += 1
    causal = is_causal if is_causal is not None else getattr(module, "is_causal", True)
    if position_bias is not None or attention_mask is not None or not causal:
        raise UnsupportedAttentionError(
            "its attention uses a position bias, a mask of its own or looks ahead"
        )
    layout = _active.layout
    kernel = _Kernel(scaling, softcap, s_aux, _active.eager)
    window = _active.windows[getattr(module, "layer_idx", 0)]
    if layout is None:
        return _attend_whole(query, key, value, window, kernel), None
    group = layout.group
    if group is not None and not layout.chunks:
        return _attend_group(query, key, value, layout, window, kernel)[None], None
    parts = [] if group is None else [_attend_group(query, key, value, layout, window, kernel)]
    parts += [_attend_chunk(query, key, value, layout, chunk, window, kernel) for chunk in layout.chunks]
    return (parts[0] if len(parts) == 1 else torch.cat(parts))[None], None


ALL_ATTENTION_FUNCTIONS.register(ROW_ATTENTION, row_attention)
