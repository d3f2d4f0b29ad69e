"""What bytes a token stands for, read from the decoder that the tokenizer's file describes.

Two families cover nearly all models: byte-level BPE, whose tokens are strings of printable stand-ins for
bytes, and SentencePiece, whose tokens write a space as U+2581 and single bytes as <0x0A>. Their tokens decode
one by one, which makes streaming cost the same for every token. Everything else is left to
`text_stream.WindowStream`.
"""

from __future__ import annotations

import json
import re
from typing import Any

_SPACE = "\u2581"
_BYTE_TOKEN = re.compile(r"<0x([0-9A-Fa-f]{2})>")


def _stand_ins() -> dict[str, int]:
    """GPT-2's table: printable characters stand for themselves, other bytes for U+0100 and up."""
    table: dict[str, int] = {}
    following = 256
    for byte in range(256):
        printable = 33 <= byte <= 126 or 161 <= byte <= 172 or byte >= 174
        table[chr(byte if printable else following)] = byte
        following += not printable
    return table


_BYTE_OF_CHARACTER = _stand_ins()


def _byte_level(token: str) -> bytes:
    values = [_BYTE_OF_CHARACTER.get(character) for character in token]
    if any(value is None for value in values):
        return token.encode()
    return bytes(value for value in values if value is not None)


def _sentence_piece(token: str) -> bytes:
    match = _BYTE_TOKEN.fullmatch(token)
    return bytes([int(match[1], 16)]) if match else token.replace(_SPACE, " ").encode()


def _decoders(tokenizer: Any) -> list[dict[str, Any]]:
    backend = getattr(tokenizer, "backend_tokenizer", None)
    decoder = getattr(backend, "decoder", None)
    if decoder is None:
        return []
    description = json.loads(decoder.__getstate__())
    return description["decoders"] if description["type"] == "Sequence" else [description]


class TokenPieces:
    """`strips`: the decoder drops one space at the very beginning of a text."""

    def __init__(self, tokenizer: Any, decode: Any, strips: bool) -> None:
        self._tokenizer = tokenizer
        self._decode = decode
        self.strips = strips
        self._known: dict[int, bytes] = {}

    def __getitem__(self, token: int) -> bytes:
        piece = self._known.get(token)
        if piece is None:
            text = self._tokenizer.convert_ids_to_tokens(token)
            # Ids without a token exist: vocabularies are padded to round numbers.
            piece = self._known[token] = b"" if text is None else self._decode(text)
        return piece


def read_token_pieces(tokenizer: Any) -> TokenPieces | None:
    """None where tokens cannot be decoded one by one."""
    decoders = _decoders(tokenizer)
    kinds = [decoder["type"] for decoder in decoders]
    if "ByteLevel" in kinds and set(kinds) <= {"ByteLevel", "Fuse"}:
        return TokenPieces(tokenizer, _byte_level, strips=False)
    if kinds == ["Metaspace"]:
        strips = decoders[0].get("prepend_scheme", "always") != "never"
        return TokenPieces(tokenizer, lambda token: token.replace(_SPACE, " ").encode(), strips)
    replaces = any(
        decoder["type"] == "Replace"
        and decoder["pattern"] == {"String": _SPACE}
        and decoder["content"] == " "
        for decoder in decoders
    )
    if (
        not replaces
        or not set(kinds) <= {"Replace", "ByteFallback", "Fuse", "Strip"}
        or kinds.count("Replace") > 1
    ):
        return None
    strips = [decoder for decoder in decoders if decoder["type"] == "Strip"]
    if any((strip["content"], strip["start"], strip["stop"]) != (" ", 1, 0) for strip in strips):
        return None
    return TokenPieces(tokenizer, _sentence_piece, strips=bool(strips))
