"""Streamed text is what the tokenizer makes of the whole, wherever the stream begins."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from sluice_worker.transformers_backend.text_stream import ByteStream, WindowStream
from sluice_worker.transformers_backend.vocabulary import Vocabulary

from . import tokenizers_of_kinds as kinds

TEXTS = [
    "hello the cat",
    "  two  spaces and\ttabs\n\nand lines  ",
    "Grüße, 你好, \U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f466!",
    'the cat\'s <tool_call>{"name": "f"}</tool_call>',
    "é",
    " ",
]
KINDS: dict[str, tuple[Callable[[], Any], type]] = {
    "byte_level": (kinds.byte_level, ByteStream),
    "sentence_piece": (kinds.sentence_piece, ByteStream),
    "sentence_piece_that_keeps_spaces": (lambda: kinds.sentence_piece(strips=False), ByteStream),
    "metaspace": (kinds.metaspace, ByteStream),
    "word_piece": (kinds.word_piece, WindowStream),
}


def create(kind: str) -> tuple[Any, Vocabulary]:
    tokenizer = KINDS[kind][0]()
    return tokenizer, Vocabulary(tokenizer, len(tokenizer), [tokenizer.eos_token_id])


def stream(vocabulary: Vocabulary, prompt: list[int], tokens: list[int]) -> str:
    one = vocabulary.create_stream(prompt)
    text = "".join(one.push(token) for token in tokens)
    return text + one.flush()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_streams_in_the_cheapest_way_that_is_right(kind: str) -> None:
    assert type(create(kind)[1].create_stream([])) is KINDS[kind][1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", TEXTS)
def test_an_answer_continues_its_prompt(kind: str, text: str) -> None:
    tokenizer, vocabulary = create(kind)
    tokens = tokenizer.encode(text, add_special_tokens=False)
    whole = vocabulary.decode(tokens, True)
    for border in range(len(tokens) + 1):
        before = vocabulary.decode(tokens[:border], True)
        # A prompt that ends in half a character has no text of its own for that half.
        if not whole.startswith(before):
            continue
        assert before + stream(vocabulary, tokens[:border], tokens[border:]) == whole


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", TEXTS)
def test_no_half_characters(kind: str, text: str) -> None:
    tokenizer, vocabulary = create(kind)
    one = vocabulary.create_stream([])
    for token in tokenizer.encode(text, add_special_tokens=False):
        piece = one.push(token)
        assert "\ufffd" not in piece
        assert not (piece and one.unfinished and kind == "word_piece")


def test_any_tokens_of_a_byte_level_vocabulary() -> None:
    _, vocabulary = create("byte_level")
    choices = random.Random(5)
    for _ in range(200):
        tokens = [choices.randrange(vocabulary.size) for _ in range(30)]
        assert stream(vocabulary, [1], tokens) == vocabulary.decode(tokens, True)


def test_a_character_that_never_ends_is_replaced_and_does_not_stay_inside() -> None:
    for kind in ("byte_level", "sentence_piece"):
        tokenizer, vocabulary = create(kind)
        tokens = tokenizer.encode("\U0001f600", add_special_tokens=False)
        assert len(tokens) > 1
        assert stream(vocabulary, [5], tokens[-4:-1]).endswith("\ufffd")


def test_the_window_lets_go_of_what_can_never_be_a_character() -> None:
    tokenizer = kinds.sentence_piece()
    byte = tokenizer.convert_tokens_to_ids("<0xFF>")
    window = WindowStream(lambda tokens: tokenizer.decode(tokens), (), [])
    texts = [window.push(byte) for _ in range(40)]
    assert any(texts)
    assert "".join(texts) + window.flush() == "\ufffd" * 40


def test_tool_markers_are_text_and_turn_borders_are_not() -> None:
    tokenizer, vocabulary = create("byte_level")
    tokens = tokenizer.encode("<tool_call>x</tool_call><|im_end|>", add_special_tokens=False)
    assert stream(vocabulary, [1], tokens) == "<tool_call>x</tool_call>"
    assert vocabulary.decode(tokens, False) == "<tool_call>x</tool_call><|im_end|>"


@pytest.mark.parametrize("kind", ["byte_level", "sentence_piece_that_keeps_spaces"])
def test_bytes_of_tokens_add_up_to_the_text(kind: str) -> None:
    tokenizer, vocabulary = create(kind)
    for text in TEXTS:
        tokens = tokenizer.encode(text, add_special_tokens=False)
        assert b"".join(map(vocabulary.token_bytes, tokens)).decode() == vocabulary.decode(tokens, False)
    assert vocabulary.token_bytes(len(tokenizer) + 7) == b""
