"""Finds tool calls in an answer's text. What turns out not to be a call comes out as the text that it is."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from .call_formats import CallFormat
from .call_readers import CallReader, EnvelopeReader, NamedReader
from .pieces import Piece, Text, held_length


class CallParser:
    """`tools`: the names that the request offers. White space beside calls belongs to the calls."""

    def __init__(self, call_format: CallFormat, tools: Collection[str]) -> None:
        self._format = call_format
        self._tools = frozenset(tools)
        self._state: Literal["text", "opened", "call", "closing"] = "text"
        #: Not looked at yet, or held back because what follows decides what it is.
        self._buffer = ""
        #: What led to the call that is read: it is text if that is none.
        self._lead = ""
        self._reader: CallReader | None = None
        self._in_array = False
        #: Announced by the marker, and not only because the answer looks like a call.
        self._announced = False
        #: Nothing but white space was said since the beginning or the last call.
        self._is_fresh = True
        self._may_be_bare = bool(call_format.bare)
        self._pieces: list[Piece] = []
        self.calls = 0

    def push(self, text: str) -> list[Piece]:
        self._buffer += text
        while self._advance():
            pass
        return self._take()

    def end(self) -> list[Piece]:
        # Another state may have to look at what one leaves.
        while self._state != "text":
            if self._state == "closing" or (self._reader is not None and self._reader.started):
                # A call that was cut off stays one; all that is left is its own markup.
                return self._take()
            self._reject(self._buffer if self._reader is None else self._reader.raw)
            while self._advance():
                pass
        if self.calls == 0 or not self._is_fresh or self._buffer.strip():
            self._say(self._buffer)
        return self._take()

    def _advance(self) -> bool:
        """One move; False: more text is needed."""
        match self._state:
            case "text":
                return self._read_text()
            case "opened":
                return self._read_opened()
            case "call":
                return self._read_call()
            case "closing":
                return self._read_closing()

    def _read_text(self) -> bool:
        if self._may_be_bare:
            content = self._buffer.lstrip()
            # The announcement may begin as a bare call does.
            if self._format.opening.startswith(content):
                return False
            self._may_be_bare = False
            if content.startswith(self._format.bare) and not content.startswith(self._format.opening):
                self._open(self._buffer[: -len(content)], content, announced=False)
                return True
        before, marker, rest = self._buffer.partition(self._format.opening)
        if marker:
            if before.strip() or not self._is_fresh:
                self._say(before)
                before = ""
            self._open(before + marker, rest, announced=True)
            return True
        safe = len(before) - held_length(before, self._format.opening)
        if self._is_fresh and not before[:safe].strip():
            return False
        self._say(before[:safe])
        self._buffer = before[safe:]
        return False

    def _open(self, lead: str, rest: str, *, announced: bool) -> None:
        self._state, self._lead, self._buffer = "opened", lead, rest
        self._announced, self._in_array = announced, False

    def _read_opened(self) -> bool:
        content = self._buffer.lstrip()
        if not content:
            return False
        space = self._buffer[: len(self._buffer) - len(content)]
        first = content[0]
        if first == "[" and self._format.arrays and not self._in_array:
            self._in_array = True
            self._lead += f"{space}["
            self._buffer = content[1:]
            return True
        call_id = self._format.make_id()
        if first == "{":
            known = None if self._announced else self._tools
            self._reader = EnvelopeReader(self.calls, call_id, known)
        elif (
            self._format.named
            and self._announced
            and not self._in_array
            and (first.isalpha() or first == "_")
        ):
            self._reader = NamedReader(self.calls, call_id)
        else:
            self._reject(self._buffer)
            return True
        self._lead += space
        self._buffer = content
        self._state = "call"
        return True

    def _read_call(self) -> bool:
        reader = self._reader
        if reader is None or not self._buffer:
            return False
        text, self._buffer = self._buffer, ""
        self._pieces += reader.push(text)
        if reader.rejected:
            self._reject(reader.raw)
            return True
        if reader.rest is None:
            return False
        self.calls += 1
        self._reader, self._is_fresh = None, True
        self._state, self._buffer = "closing", reader.rest
        return True

    def _read_closing(self) -> bool:
        content = self._buffer.lstrip()
        closing = "]" if self._in_array else self._format.closing
        if content.startswith(closing) and closing:
            self._state, self._buffer = "text", content[len(closing) :]
            return True
        if not content or closing.startswith(content):
            return False
        if content[0] in self._format.separators or (content[0] == "{" and self._format.separators):
            return self._read_separator(content)
        self._state = "text"
        return True

    def _read_separator(self, content: str) -> bool:
        """Another call follows, or the separator was text."""
        separator = content[0] if content[0] in self._format.separators else ""
        following = content[len(separator) :].lstrip()
        if not following:
            return False
        if following[0] == "{":
            self._lead = self._buffer[: len(self._buffer) - len(content) + len(separator)]
            self._state, self._buffer = "opened", content[len(separator) :]
            return True
        self._state = "text"
        return True

    def _reject(self, rest: str) -> None:
        """It was no call: what led to it is text, and what follows may hold one."""
        lead, self._lead = self._lead, ""
        self._reader, self._state, self._buffer = None, "text", rest
        self._say(lead)

    def _say(self, text: str) -> None:
        if not text:
            return
        if text.strip():
            self._is_fresh = False
        self._pieces.append(Text(text))

    def _take(self) -> list[Piece]:
        pieces, self._pieces = self._pieces, []
        return pieces
