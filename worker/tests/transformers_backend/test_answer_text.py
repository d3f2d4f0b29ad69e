"""Which tokens leave with which text."""

from __future__ import annotations

from typing import Any

import pytest

from sluice_worker.backend import Generation, Logprob, Sampling, TextDelta
from sluice_worker.transformers_backend.answer_text import AnswerText
from sluice_worker.transformers_backend.vocabulary import Vocabulary

from .tokenizers_of_kinds import byte_level


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return byte_level()


def create(tokenizer: Any, **settings: Any) -> AnswerText:
    vocabulary = Vocabulary(tokenizer, 2048, (0, 2))
    return AnswerText(Generation([1], Sampling(), 100, **settings), vocabulary.create_stream([1]))


def feed(text: AnswerText, tokens: list[int]) -> list[TextDelta]:
    deltas = []
    for token in tokens:
        delta = text.push(token, Logprob(token, -1.0, b""))
        deltas += [] if delta is None else [delta]
        if text.stop_string is not None:
            return deltas
    rest = text.finish()
    return [*deltas, *([] if rest is None else [rest])]


def test_every_token_leaves_once_and_in_order(tokenizer: Any) -> None:
    tokens = tokenizer.encode("One \U0001f600 two \u4f60\u597d, three.", add_special_tokens=False)
    deltas = feed(create(tokenizer), tokens)
    assert [token for delta in deltas for token in delta.tokens] == tokens
    assert [one.token for delta in deltas for one in delta.logprobs] == tokens
    assert "".join(delta.text for delta in deltas) == "One \U0001f600 two \u4f60\u597d, three."


def test_the_tokens_of_one_character_leave_with_it(tokenizer: Any) -> None:
    tokens = tokenizer.encode("\U0001f600", add_special_tokens=False)
    assert len(tokens) > 1
    assert [(delta.text, delta.tokens) for delta in feed(create(tokenizer), tokens)] == [
        ("\U0001f600", tokens)
    ]


def test_tokens_without_text_leave_at_once(tokenizer: Any) -> None:
    assert [(delta.text, delta.tokens) for delta in feed(create(tokenizer), [2, 2])] == [("", [2]), ("", [2])]


def test_held_text_leaves_at_the_end_with_its_tokens(tokenizer: Any) -> None:
    tokens = tokenizer.encode("a map of the", add_special_tokens=False)
    deltas = feed(create(tokenizer, stop=["of the sea"]), tokens)
    assert "".join(delta.text for delta in deltas) == "a map of the"
    assert [token for delta in deltas for token in delta.tokens] == tokens
    assert len(deltas[-1].tokens) > 1


@pytest.mark.parametrize("include", [False, True])
def test_after_a_stop_string_nothing_leaves(tokenizer: Any, include: bool) -> None:
    tokens = tokenizer.encode("One day, Toby found a map", add_special_tokens=False)
    text = create(tokenizer, stop=["y, To"], include_stop=include)
    deltas = feed(text, tokens)
    assert text.stop_string == "y, To"
    assert "".join(delta.text for delta in deltas) == ("One day, To" if include else "One da")
    assert text.finish() is None
    left = [token for delta in deltas for token in delta.tokens]
    assert left == tokens[: len(left)]
    assert len(tokenizer.decode(left)) >= len("One da")


def test_half_a_character_at_the_end(tokenizer: Any) -> None:
    tokens = tokenizer.encode("a\U0001f600", add_special_tokens=False)[:-1]
    deltas = feed(create(tokenizer), tokens)
    assert "".join(delta.text for delta in deltas) == "a\ufffd"
    assert [token for delta in deltas for token in delta.tokens] == tokens
