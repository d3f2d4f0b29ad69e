"""Reads one tool call that arrives bit by bit, and lets its arguments go as they come."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Protocol

from .json_scanner import JsonScanner
from .pieces import CallArguments, CallStart, Piece

_STRING = r'"(?:[^"\\]|\\.)*"'
#: From here on the arguments may stream. What is written otherwise is read when it is complete.
_ENVELOPE_HEAD = re.compile(
    rf'\{{\s*(?:"(?:type|id)"\s*:\s*{_STRING}\s*,\s*)*"name"\s*:\s*({_STRING})\s*,'
    r'\s*"(?:arguments|parameters)"\s*:\s*(?=\{)'
)
_FIRST_KEY = re.compile(rf"\{{\s*({_STRING})")
_CALL_KEYS = frozenset({"name", "arguments", "parameters", "type", "id", "function"})
_NAMED_HEAD = re.compile(r"([A-Za-z_][\w.-]{0,127}) ?(?:\[CALL_ID\]\w{1,64})?(?:\[ARGS\])?(?=\{)")
#: Of a match, so that what cannot become one is not held back for ever.
_LONGEST_NAMED_HEAD = 128 + 1 + 9 + 64 + 6


class CallReader(Protocol):
    """`rest` is set once the call is complete, `rejected` once it is clear that this is none."""

    raw: str
    rest: str | None
    rejected: bool

    @property
    def started(self) -> bool: ...

    def push(self, text: str) -> list[Piece]: ...


class _Arguments:
    """The JSON object behind a call's head."""

    def __init__(self, index: int) -> None:
        self._index = index
        self._scanner = JsonScanner()
        self.ended = False

    def push(self, text: str) -> tuple[list[Piece], str]:
        """The pieces, and what of `text` follows the object."""
        if self.ended or not text:
            return [], text
        end = self._scanner.push(text)
        self.ended = end is not None
        return [CallArguments(self._index, text[:end])], "" if end is None else text[end:]


class EnvelopeReader:
    """`{"name": ..., "arguments": {...}}`. `known`: the names that count as calls; None: any."""

    def __init__(self, index: int, call_id: str, known: Collection[str] | None) -> None:
        self.raw = ""
        self.rest: str | None = None
        self.rejected = False
        self._index = index
        self._id = call_id
        self._known = known
        self._scanner = JsonScanner()
        self._arguments: _Arguments | None = None

    @property
    def started(self) -> bool:
        return self._arguments is not None

    def push(self, text: str) -> list[Piece]:
        offset = len(self.raw)
        end = self._scanner.push(text)
        self.raw += text
        whole = self.raw if end is None else self.raw[: offset + end]
        pieces: list[Piece] = []
        if self._arguments is not None:
            pieces += self._arguments.push(whole[offset:])[0]
        else:
            pieces += self._decide(whole, complete=end is not None)
        if end is not None and not self.rejected:
            self.rest = self.raw[offset + end :]
        return pieces

    def _decide(self, whole: str, *, complete: bool) -> list[Piece]:
        head = _ENVELOPE_HEAD.match(whole)
        if head is not None:
            name = _read_string(head[1])
            if name is None or not self._knows(name):
                self.rejected = True
                return []
            self._arguments = _Arguments(self._index)
            start = CallStart(self._index, self._id, name)
            return [start, *self._arguments.push(whole[head.end() :])[0]]
        first = _FIRST_KEY.match(whole)
        self.rejected = first is not None and _read_string(first[1]) not in _CALL_KEYS
        return self._read_whole(whole) if complete and not self.rejected else []

    def _read_whole(self, whole: str) -> list[Piece]:
        call = _read_call(whole)
        if call is None or not self._knows(call[0]):
            self.rejected = True
            return []
        name, arguments = call
        return [CallStart(self._index, self._id, name), CallArguments(self._index, arguments)]

    def _knows(self, name: str) -> bool:
        return bool(name) and (self._known is None or name in self._known)


class NamedReader:
    """`name{...}` and `name[ARGS]{...}`, as newer Mistral models write calls."""

    def __init__(self, index: int, call_id: str) -> None:
        self.raw = ""
        self.rest: str | None = None
        self.rejected = False
        self._index = index
        self._id = call_id
        self._arguments: _Arguments | None = None

    @property
    def started(self) -> bool:
        return self._arguments is not None

    def push(self, text: str) -> list[Piece]:
        self.raw += text
        pieces: list[Piece] = []
        if self._arguments is None:
            head = _NAMED_HEAD.match(self.raw)
            if head is None:
                self.rejected = len(self.raw) > _LONGEST_NAMED_HEAD or "\n" in self.raw or "{" in self.raw
                return []
            self._arguments = _Arguments(self._index)
            pieces.append(CallStart(self._index, self._id, head[1]))
            text = self.raw[head.end() :]
        found, rest = self._arguments.push(text)
        if self._arguments.ended:
            self.rest = rest
        return [*pieces, *found]


def _read_string(literal: str) -> str | None:
    try:
        return json.loads(literal, strict=False)
    except ValueError:
        return None


def _read_call(text: str) -> tuple[str, str] | None:
    """Name and arguments of a complete envelope, however its keys are ordered."""
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    call = value["function"] if isinstance(value.get("function"), dict) else value
    name = call.get("name", call.get("function"))
    arguments = call.get("arguments", call.get("parameters", {}))
    if not isinstance(name, str) or not isinstance(arguments, (dict, str)):
        return None
    return name, arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
