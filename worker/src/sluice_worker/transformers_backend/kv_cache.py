"""Keys and values of all rows, as a cache of transformers."""

from __future__ import annotations

import torch
from transformers.cache_utils import Cache

from .layout import StepLayout

#: Rows grow by at least this many tokens at a time.
_BLOCK = 256


class KeyValueCache(Cache):
    """Per layer [rows, heads, capacity, dim]. All rows have one capacity, which grows with the longest.

    A row is never moved or cleared: whoever uses it knows how many of its tokens count, and later ones are
    overwritten. The memory of one token in one row is `bytes_per_token`.
    """

    def __init__(self, rows: int, limit: int, *, preallocate: bool = False) -> None:
        super().__init__(layers=[])
        self.rows = rows
        self.limit = limit
        self.capacity = limit if preallocate else min(limit, _BLOCK)
        self.layout: StepLayout | None = None
        self.keys: list[torch.Tensor | None] = []
        self.values: list[torch.Tensor | None] = []

    def update(
        self,
        key_states: torch.Tensor,
        value_states: torch.Tensor,
        layer_idx: int,
        *args: object,
        **kwargs: object,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Takes [1, heads, tokens, dim] of a packed step; returns all rows."""
        layout = self.layout
        assert layout is not None
        while len(self.keys) <= layer_idx:
            self.keys.append(None)
            self.values.append(None)
        keys, values = self.keys[layer_idx], self.values[layer_idx]
        if keys is None or values is None:
            keys = self.keys[layer_idx] = self._allocate(key_states, self.capacity)
            values = self.values[layer_idx] = self._allocate(value_states, self.capacity)
        keys[layout.rows, :, layout.positions] = key_states[0].transpose(0, 1)
        values[layout.rows, :, layout.positions] = value_states[0].transpose(0, 1)
        return keys, values

    def reserve(self, length: int) -> None:
        """Makes room for rows of `length` tokens. Loses nothing where it raises an out-of-memory error."""
        if length <= self.capacity:
            return
        assert length <= self.limit
        # Half as much again, so that growing costs little per token; whole blocks.
        wanted = -(-(length + length // 2) // _BLOCK) * _BLOCK
        capacity = min(wanted, self.limit)
        for store in (self.keys, self.values):
            for layer, old in enumerate(store):
                if old is None or old.shape[2] >= capacity:
                    continue
                grown = self._allocate(old, capacity)
                grown[:, :, : old.shape[2]] = old
                store[layer] = grown
        self.capacity = capacity

    def copy_prefix(self, source: int, target: int, length: int) -> None:
        """Gives the row `target` the first `length` tokens of the row `source`."""
        for store in (*self.keys, *self.values):
            if store is not None:
                store[target, :, :length] = store[source, :, :length]

    def clear(self, row: int) -> None:
        """After a failure. What is masked is still multiplied by zero, and zero times NaN is NaN."""
        for store in (*self.keys, *self.values):
            if store is not None:
                store[row].zero_()

    @property
    def bytes_per_token(self) -> int:
        """Zero before the first forward pass, which tells the shapes."""
        stores = [store for store in (*self.keys, *self.values) if store is not None]
        return sum(store.shape[1] * store.shape[3] * store.element_size() for store in stores)

    def _allocate(self, like: torch.Tensor, capacity: int) -> torch.Tensor:
        # Zeros, because a masked key is still multiplied: what lay in the memory before may be NaN.
        return like.new_zeros((self.rows, like.shape[1], capacity, like.shape[3]))
