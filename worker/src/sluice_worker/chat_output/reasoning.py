"""Splits what a model thinks from what it says: `<think>...</think>` at the beginning of the answer."""

from __future__ import annotations

from typing import Literal

from .pieces import Piece, Reasoning, Text, held_length

OPEN = "<think>"
CLOSE = "</think>"
#: Line ends around the markers belong to the markers.
_LINE_ENDS = "\r\n"


class ReasoningParser:
    """`opened`: the prompt ends with the opening marker, so the answer begins with thoughts.

    Later markers are text: a model that explains them does not think.
    """

    def __init__(self, *, opened: bool) -> None:
        self._opened = opened
        self._state: Literal["start", "thinking", "spoke"] = "start"
        #: Held back, because what follows decides what it is.
        self._held = ""
        self._at_start = True

    @property
    def is_thinking(self) -> bool:
        return self._state == "thinking" or (self._state == "start" and self._opened)

    def push(self, text: str) -> list[Piece]:
        self._held += text
        pieces: list[Piece] = []
        if self._state == "start":
            self._begin()
        if self._state == "thinking":
            self._think(pieces)
        if self._state == "spoke":
            self._speak(pieces)
        return pieces

    def end(self) -> list[Piece]:
        held, self._held = self._held, ""
        if not held:
            return []
        return [Reasoning(held) if self.is_thinking else Text(held)]

    def _begin(self) -> None:
        rest = self._held.lstrip()
        if rest.startswith(OPEN):
            self._held = rest[len(OPEN) :]
            self._state = "thinking"
        elif not OPEN.startswith(rest):
            self._state = "thinking" if self._opened else "spoke"
            self._at_start = self._opened

    def _think(self, pieces: list[Piece]) -> None:
        if self._at_start:
            self._held = self._held.lstrip(_LINE_ENDS)
            self._at_start = not self._held
        thought, close, rest = self._held.partition(CLOSE)
        if close:
            thought = thought.rstrip(_LINE_ENDS)
            self._held = rest
            self._state, self._at_start = "spoke", True
        else:
            kept = len(thought) - held_length(thought, CLOSE)
            kept = len(thought[:kept].rstrip(_LINE_ENDS))
            thought, self._held = thought[:kept], thought[kept:]
        if thought:
            pieces.append(Reasoning(thought))

    def _speak(self, pieces: list[Piece]) -> None:
        if self._at_start:
            self._held = self._held.lstrip(_LINE_ENDS)
        if self._held:
            self._at_start = False
            pieces.append(Text(self._held))
            self._held = ""
