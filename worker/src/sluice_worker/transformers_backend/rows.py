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
    #: What it holds is for nobody else, and is forgotten when its job ends.
    forgotten: bool = False


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
    """A free row for the prompt; None: all are busy.

    A row that continues what it holds is used as it is. Where it would lose more than it keeps, or where
    another row (a busy one even) shares clearly more, the prefix is copied into the row that was left longest
    ago: two conversations that begin alike then do not take each other's cache. At least the last prompt
    token is left to compute, because its logits choose the first token of the answer.
    """
    free = [row for row in rows if row.job is None]
    if not free:
        return None
    shared = {row.index: 0 if row.forgotten else match_prefix(row.tokens, prompt) for row in rows}
    oldest = min(free, key=lambda row: (row.last_used, row.index))
    continuing = [row for row in free if 0 < len(row.tokens) <= 2 * shared[row.index]]
    target = max(continuing, key=lambda row: (shared[row.index], -row.last_used), default=oldest)
    donor = max(rows, key=lambda row: shared[row.index])
    source = target
    if shared[donor.index] >= shared[target.index] + _WORTH_COPYING:
        target, source = oldest, donor
    return Placement(target, source, min(shared[source.index], len(prompt) - 1))
