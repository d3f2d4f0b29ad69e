"""Stop strings in text that arrives bit by bit."""

from __future__ import annotations

from collections.abc import Sequence

from ..chat_output.pieces import held_length


class StopText:
    """Holds back what may be the beginning of a stop string. `met` is the one that ended the text."""

    def __init__(self, stops: Sequence[str], *, include: bool) -> None:
        self._stops = stops
        self._include = include
        self._held = ""
        self.met: str | None = None

    def push(self, text: str, armed: bool = True) -> str:
        """What may leave. Of two stop strings the one that begins first ends the text.

        With `armed` False none counts that ends in this text; one that begins in it and ends later does.
        """
        self._held += text
        places = []
        if armed:
            places = [(self._held.find(stop), -len(stop), stop) for stop in self._stops if stop in self._held]
        if places:
            place, _, stop = min(places)
            self.met = stop
            return self._held[: place + (len(stop) if self._include else 0)]
        kept = len(self._held) - max((held_length(self._held, stop) for stop in self._stops), default=0)
        text, self._held = self._held[:kept], self._held[kept:]
        return text

    def end(self) -> str:
        """What was held back for nothing."""
        text, self._held = self._held, ""
        return "" if self.met is not None else text
