"""Finds the end of a JSON object or array that arrives bit by bit."""

from __future__ import annotations


class JsonScanner:
    """Follows brackets and strings only: whether the JSON is valid is for whoever reads it."""

    def __init__(self) -> None:
        self._depth = 0
        self._in_string = False
        self._escaped = False

    def push(self, text: str) -> int | None:
        """Where in `text` the value ends, exclusive; None: not in it. The first character opens the value."""
        for index, character in enumerate(text):
            if self._in_string:
                if self._escaped:
                    self._escaped = False
                elif character == "\\":
                    self._escaped = True
                elif character == '"':
                    self._in_string = False
            elif character == '"':
                self._in_string = True
            elif character in "{[":
                self._depth += 1
            elif character in "}]":
                self._depth -= 1
                if self._depth == 0:
                    return index + 1
        return None
