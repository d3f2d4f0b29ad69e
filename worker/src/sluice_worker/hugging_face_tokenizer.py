"""A Hugging Face tokenizer as backends need it that have one and no torch of their own to care for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Protocol

from .backend import ChatPrompt
from .errors import WorkerError

_BYTE_PIECE = re.compile(r"<0x([0-9A-Fa-f]{2})>")


class Tokenizer(Protocol):
    """What is used of `transformers.PreTrainedTokenizerBase`."""

    chat_template: str | Mapping[str, str] | None
    all_special_ids: Sequence[int]

    def __len__(self) -> int: ...
    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]: ...
    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool) -> str: ...
    def convert_ids_to_tokens(self, ids: Sequence[int]) -> Sequence[str | bytes | None]: ...
    def get_vocab(self) -> Mapping[str, int]: ...
    def apply_chat_template(self, conversation: object, **options: object) -> object: ...


class HuggingFaceTokenizer:
    """Used by one thread at a time: encoding changes a tokenizer's state."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    @property
    def chat_template(self) -> str:
        """The Jinja text; empty: it has none."""
        template = self._tokenizer.chat_template
        if isinstance(template, Mapping):
            return template.get("default", "")
        return template or ""

    def encode_chat(self, chat: ChatPrompt) -> list[int]:
        options: dict[str, object] = {
            **chat.template_arguments,
            "tools": chat.tools,
            "add_generation_prompt": chat.add_generation_prompt,
            "continue_final_message": chat.continue_final_message,
            "tokenize": False,
        }
        if chat.template is not None:
            options["chat_template"] = chat.template
        try:
            text = str(self._tokenizer.apply_chat_template(chat.messages, **options))
        except Exception as error:
            # Templates refuse messages with raise_exception, and stumble over fields they do not expect.
            message = f"the chat template refuses these messages: {error}"
            raise WorkerError("INVALID_REQUEST", message, param="messages") from error
        # The template writes the special tokens itself.
        return self.encode_text(text, add_special_tokens=False)

    def encode_text(self, text: str, *, add_special_tokens: bool) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=add_special_tokens))

    def decode(self, tokens: Sequence[int], *, skip_special_tokens: bool) -> str:
        return self._tokenizer.decode(list(tokens), skip_special_tokens=skip_special_tokens)

    def token_bytes(self, token: int) -> bytes:
        """Half a character where the vocabulary tells bytes; else the token's text."""
        piece = self._tokenizer.convert_ids_to_tokens([token])[0]
        if isinstance(piece, bytes):
            return piece
        if piece is None or token in self._special:
            return self.decode([token], skip_special_tokens=False).encode()
        if byte := _BYTE_PIECE.fullmatch(piece):
            return bytes.fromhex(byte[1])
        if self._is_byte_level and all(character in _BYTES for character in piece):
            return bytes(_BYTES[character] for character in piece)
        return piece.replace("\u2581", " ").encode()

    @cached_property
    def _special(self) -> frozenset[int]:
        return frozenset(self._tokenizer.all_special_ids)

    @cached_property
    def _is_byte_level(self) -> bool:
        """Vocabularies of bytes write a space as one of their stand-ins."""
        return _SPACE in self._tokenizer.get_vocab()


def _byte_stand_ins() -> dict[str, int]:
    """GPT-2's printable characters for bytes, which byte-level vocabularies use since."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    shifted = {chr(0x100 + index): byte for index, byte in enumerate(others)}
    return {**{chr(byte): byte for byte in printable}, **shifted}


_BYTES = _byte_stand_ins()
_SPACE = "\u0120"
