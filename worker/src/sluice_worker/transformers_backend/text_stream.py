"""Tokens to text, token by token, never half a character.

The text of an answer is what its tokens add to the text of the prompt. So a SentencePiece answer that begins
with a space keeps it, although decoding the answer alone would strip it.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from .token_pieces import TokenPieces

_REPLACEMENT = "\ufffd"
#: Tokens that decode differently beside others (spaces, ligatures) do so beside their neighbours.
_CONTEXT = 6
#: A character has at most four bytes: what is still incomplete after this many tokens is damaged, not
#: unfinished.
_LONGEST_CHARACTER = 8


class TextStream(Protocol):
    """The text of one answer. Costs the same for every token."""

    def push(self, token: int) -> str:
        """The characters that are complete now; bytes of a started one stay inside."""
        ...

    @property
    def unfinished(self) -> bool:
        """A character is begun and not complete."""
        ...

    def flush(self) -> str:
        """U+FFFD for a character that never got its last byte, else nothing."""
        ...


class ByteStream:
    """For vocabularies whose tokens are bytes by themselves."""

    __slots__ = ("_at_start", "_decoder", "_hidden", "_pieces")

    def __init__(self, pieces: TokenPieces, hidden: Collection[int], prompt: Sequence[int]) -> None:
        self._pieces = pieces
        self._hidden = hidden
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._at_start = pieces.strips and all(token in hidden for token in prompt)

    def push(self, token: int) -> str:
        if token in self._hidden:
            return ""
        piece = self._pieces[token]
        if self._at_start:
            self._at_start = False
            piece = piece[1:] if piece.startswith(b" ") else piece
        return self._decoder.decode(piece)

    @property
    def unfinished(self) -> bool:
        return bool(self._decoder.getstate()[0])

    def flush(self) -> str:
        return self._decoder.decode(b"", True)


class WindowStream:
    """For every other tokenizer: decodes the last few tokens with and without the new ones."""

    __slots__ = ("_context", "_decode", "_hidden", "_pending")

    def __init__(
        self, decode: Callable[[list[int]], str], hidden: Collection[int], prompt: Sequence[int]
    ) -> None:
        self._decode = decode
        self._hidden = hidden
        self._context = [token for token in prompt[-4 * _CONTEXT :] if token not in hidden][-_CONTEXT:]
        self._pending: list[int] = []

    def push(self, token: int) -> str:
        if token in self._hidden:
            return ""
        self._pending.append(token)
        text = self._new_text()
        if text.endswith(_REPLACEMENT) and len(self._pending) < _LONGEST_CHARACTER:
            return ""
        return self._settle(text)

    @property
    def unfinished(self) -> bool:
        return bool(self._pending)

    def flush(self) -> str:
        return self._settle(self._new_text()) if self._pending else ""

    def _new_text(self) -> str:
        before = self._decode(self._context)
        return self._decode([*self._context, *self._pending])[len(before) :]

    def _settle(self, text: str) -> str:
        self._context = [*self._context, *self._pending][-_CONTEXT:]
        self._pending = []
        return text
