"""What the next step computes: one token for every running row, then as much of the prompts as fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .rows import Row


@dataclass(frozen=True, slots=True)
class PromptPart:
    row: Row
    tokens: Sequence[int]
    #: It is the prompt's end: the step samples the first token of the answer.
    last: bool


@dataclass(frozen=True, slots=True)
class StepPlan:
    #: Rows that get their next token, ordered by their place in the cache.
    decoding: Sequence[Row]
    parts: Sequence[PromptPart]

    @property
    def sampling(self) -> list[Row]:
        """Rows that get a token, in the order of the step's logits."""
        return [*self.decoding, *(part.row for part in self.parts if part.last)]


def plan_step(busy: Sequence[Row], budget: int) -> StepPlan:
    """`busy`: rows with a job, in the order in which their prompts are to be processed.

    Decoding rows always take part; a prompt gets at least one token per step however many they are.
    """
    decoding = [row for row in busy if row.next_token is not None]
    left = max(budget - len(decoding), 1)
    parts: list[PromptPart] = []
    for row in busy:
        if left == 0:
            break
        if row.next_token is not None or row.job is None:
            continue
        prompt, done = row.job.prompt, len(row.tokens)
        taken = prompt[done : done + left]
        left -= len(taken)
        parts.append(PromptPart(row, taken, last=done + len(taken) == len(prompt)))
    decoding.sort(key=lambda row: row.index)
    return StepPlan(decoding, parts)
