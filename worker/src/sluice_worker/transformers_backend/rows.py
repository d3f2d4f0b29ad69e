"""The rows of the batch: what each holds in the cache, and who uses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .job import Job

#: Copying another row's prefix pays from this many tokens on.
_WORTH_COPYING = 16


@dataclass(slots=True, eq=False)
class Row:
    index: int
    #: The tokens whose keys and values the cache holds, in order. They stay after the job, for the next one.
    tokens: list[int] = field(default_factory=list)
    job: Job | None = None
    #: Sampled, but not yet in the cache; None while the prompt is processed.
    next_token: int | None = None
    last_used: int = 0


@dataclass(frozen=True, slots=True)
class Placement:
    """A free row for a prompt, and the row that holds the prompt's beginning: mostly the same one."""

    row: Row
    source: Row
    #: Prompt tokens that need no computing.
    cached: int


def match_prefix(cached: list[int], prompt: list[int]) -> int:
    """How many leading tokens are equal. Compares slices, which runs in C, and halves where they differ."""
    limit = min(len(cached), len(prompt))
    if cached[:limit] == prompt[:limit]:
        return limit
    low, high = 0, limit
    while high - low > 1:
        middle = (low + high) // 2
        if cached[low:middle] == prompt[low:middle]:
            low = middle
        else:
            high = middle
    return low


def place(rows: Sequence[Row], prompt: list[int]) -> Placement | None:
    """The free row that saves most work; among equals the one that was left longest ago. None: all are busy.

    Where another row, a busy one even, shares clearly more of the prompt, its prefix is copied into the free
    row that is worth least. At least the last prompt token is left to compute: its logits choose the first
    token.
    """
    free = [row for row in rows if row.job is None]
    if not free:
        return None
    shared = {row.index: match_prefix(row.tokens, prompt) for row in rows}
    best = max(free, key=lambda row: (shared[row.index], -row.last_used, -row.index))
    donor = max(rows, key=lambda row: shared[row.index])
    if shared[donor.index] < shared[best.index] + _WORTH_COPYING:
        return Placement(best, best, min(shared[best.index], len(prompt) - 1))
    oldest = min(free, key=lambda row: (row.last_used, row.index))
    return Placement(oldest, donor, min(shared[donor.index], len(prompt) - 1))
