"""Bytes of tokens, chat templates and their refusals."""

from __future__ import annotations

import pytest

from sluice_worker.backend import ChatPrompt
from sluice_worker.errors import WorkerError
from sluice_worker.hugging_face_tokenizer import HuggingFaceTokenizer

from .letters import LetterTokenizer


class Pieces(LetterTokenizer):
    """Token 10 is a piece of a byte-level vocabulary, or not."""

    def __init__(self, piece: str | bytes | None, *, byte_level: bool) -> None:
        self._piece = piece
        self._byte_level = byte_level

    def convert_ids_to_tokens(self, ids: object) -> list[str | bytes | None]:
        return [self._piece]

    def get_vocab(self) -> dict[str, int]:
        return {"\u0120": 1} if self._byte_level else {}


@pytest.mark.parametrize(
    ("piece", "byte_level", "expected"),
    [
        ("\u0120a", True, b" a"),
        ("\u00c3", True, b"\xc3"),
        ("\u0120a", False, "\u0120a".encode()),
        ("\u2581a", False, b" a"),
        ("<0xE2>", False, b"\xe2"),
        (b"\xff", False, b"\xff"),
        (None, True, b"\n"),
    ],
)
def test_bytes_of_a_token(piece: str | bytes | None, byte_level: bool, expected: bytes) -> None:
    assert HuggingFaceTokenizer(Pieces(piece, byte_level=byte_level)).token_bytes(10) == expected


def test_a_special_token_is_its_text() -> None:
    assert HuggingFaceTokenizer(LetterTokenizer()).token_bytes(3) == b"\x03"


def test_templates() -> None:
    tokenizer = LetterTokenizer()
    assert HuggingFaceTokenizer(tokenizer).chat_template.endswith("<tool_call>")
    tokenizer.chat_template = {"default": "d", "tool_use": "t"}
    assert HuggingFaceTokenizer(tokenizer).chat_template == "d"
    tokenizer.chat_template = None
    assert HuggingFaceTokenizer(tokenizer).chat_template == ""


def test_what_a_template_refuses() -> None:
    chat = ChatPrompt([], template_arguments={"fail": True})
    with pytest.raises(WorkerError, match="roles must alternate") as caught:
        HuggingFaceTokenizer(LetterTokenizer()).encode_chat(chat)
    assert caught.value.reason == "INVALID_REQUEST"
