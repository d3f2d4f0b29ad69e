"""Stop strings across token borders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class _Automaton:
    """Knuth-Morris-Pratt: each character is looked at once, however long the stop string is."""

    __slots__ = ("fallback", "matched", "stop")

    def __init__(self, stop: str) -> None:
        self.stop = stop
        self.matched = 0
        self.fallback = [0] * len(stop)
        length = 0
        for index in range(1, len(stop)):
            while length > 0 and stop[index] != stop[length]:
                length = self.fallback[length - 1]
            if stop[index] == stop[length]:
                length += 1
            self.fallback[index] = length

    def advance(self, character: str) -> bool:
        while self.matched > 0 and self.stop[self.matched] != character:
            self.matched = self.fallback[self.matched - 1]
        if self.stop[self.matched] == character:
            self.matched += 1
        return self.matched == len(self.stop)

    def let_pass(self) -> None:
        """A complete match that does not count; what it ends with may begin the next one."""
        self.matched = self.fallback[len(self.stop) - 1]


@dataclass(frozen=True, slots=True)
class Released:
    """Text that may leave. With `stop`, the choice is over and nothing else may leave."""

    text: str
    stop: str | None = None


class StopMatcher:
    """Holds back the longest end of the text that may still become a stop string."""

    __slots__ = ("_automata", "_held", "_include")

    def __init__(self, stops: Sequence[str], include: bool) -> None:
        self._automata = [_Automaton(stop) for stop in stops if stop]
        self._include = include
        self._held = ""

    def push(self, text: str, armed: bool = True) -> Released:
        """The first match counts, and of several that end at one character the longest.

        With `armed` False none counts that ends in this text; one that begins in it and ends later does.
        """
        if not self._automata:
            return Released(text)
        for index, character in enumerate(text):
            # Every automaton must see the character, so no short cut at the first match.
            complete = [automaton for automaton in self._automata if automaton.advance(character)]
            if complete and not armed:
                for automaton in complete:
                    automaton.let_pass()
            elif complete:
                stop = max((automaton.stop for automaton in complete), key=len)
                seen = self._held + text[: index + 1]
                self._held = ""
                return Released(seen if self._include else seen[: len(seen) - len(stop)], stop)
        everything = self._held + text
        keep = max(automaton.matched for automaton in self._automata)
        self._held = everything[len(everything) - keep :]
        return Released(everything[: len(everything) - keep])

    def flush(self) -> str:
        """What was held back, once no more text can come."""
        held, self._held = self._held, ""
        return held
