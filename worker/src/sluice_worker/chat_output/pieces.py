"""What an answer consists of, once it is parsed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    text: str


@dataclass(frozen=True, slots=True)
class CallStart:
    """`index` is of the call within its answer, from 0."""

    index: int
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class CallArguments:
    """A piece of the call's JSON, just as the model wrote it."""

    index: int
    fragment: str


Piece = Text | Reasoning | CallStart | CallArguments


class PieceParser(Protocol):
    """Takes an answer's text bit by bit. What the pieces are does not depend on where the text was cut."""

    def push(self, text: str) -> list[Piece]: ...

    def end(self) -> list[Piece]:
        """The answer is over: what was held back, as what it turned out to be."""
        ...


def held_length(text: str, marker: str) -> int:
    """How much of the end of `text` may be the beginning of `marker`."""
    for length in range(min(len(text), len(marker) - 1), 0, -1):
        if text.endswith(marker[:length]):
            return length
    return 0
