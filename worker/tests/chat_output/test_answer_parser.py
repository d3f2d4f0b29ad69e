"""Thoughts, and the choice of parsers."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from sluice_worker.chat_output.answer_parser import (
    AnswerParser,
    OutputFormat,
    create_answer_parser,
    opens_thoughts,
    resolve_output_format,
)
from sluice_worker.chat_output.call_formats import HERMES, LLAMA3, MISTRAL, CallFormat
from sluice_worker.chat_output.pieces import CallStart, Piece, Reasoning, Text
from sluice_worker.chat_output.reasoning import ReasoningParser

#: Opened by the prompt, what the model writes, its thoughts, its words.
CASES: dict[str, tuple[bool, str, str, str]] = {
    "none": (False, "  Hello", "", "  Hello"),
    "white space": (False, "\n ", "", "\n "),
    "marked": (False, "<think>\nhm\n\n</think>\n\nYes\n", "hm", "Yes\n"),
    "marked behind white space": (False, "\n <think>a</think>b", "a", "b"),
    "empty": (False, "<think>\n\n</think>\n\nYes", "", "Yes"),
    "opened by the prompt": (True, "\nhm.\n</think>\nYes", "hm.", "Yes"),
    "opened by both": (True, "<think>hm</think>Yes", "hm", "Yes"),
    "never closed": (False, "<think>hm\n</thi", "hm\n</thi", ""),
    "opened and never closed": (True, "hm </", "hm </", ""),
    "not at the beginning": (False, "See <think>a</think>", "", "See <think>a</think>"),
    "closed twice": (False, "<think>a</think>b</think>", "a", "b</think>"),
    "less than a marker": (False, "<thin", "", "<thin"),
    "something like a marker": (False, "<thing>", "", "<thing>"),
    "line ends within": (False, "<think>a\n\nb</think>c\n\nd", "a\n\nb", "c\n\nd"),
    "a lesser sign within": (False, "<think>a < b </t> c</think>d", "a < b </t> c", "d"),
}


def split(opened: bool, parts: Iterable[str]) -> tuple[str, str]:
    parser = ReasoningParser(opened=opened)
    pieces: list[Piece] = []
    for part in parts:
        pieces += parser.push(part)
    pieces += parser.end()
    thoughts = "".join(piece.text for piece in pieces if isinstance(piece, Reasoning))
    return thoughts, "".join(piece.text for piece in pieces if isinstance(piece, Text))


@pytest.mark.parametrize("case", CASES)
def test_thoughts_wherever_the_text_is_cut(case: str) -> None:
    opened, text, thoughts, said = CASES[case]
    assert split(opened, [text]) == (thoughts, said)
    assert split(opened, text) == (thoughts, said)
    for first in range(len(text) + 1):
        for second in range(first, len(text) + 1):
            assert split(opened, [text[:first], text[first:second], text[second:]]) == (thoughts, said)


def test_calls_are_looked_for_in_what_is_said() -> None:
    call = '<tool_call>{"name": "f", "arguments": {}}</tool_call>'
    parser = create_answer_parser(OutputFormat(HERMES, True), ["f"], "")
    assert isinstance(parser, AnswerParser)
    pieces = [*parser.push(f"<think>{call}</think>{call}"), *parser.end()]
    assert pieces[0] == Reasoning(call)
    assert [piece.name for piece in pieces if isinstance(piece, CallStart)] == ["f"]
    assert parser.calls == 1


@pytest.mark.parametrize(
    ("template", "calls", "reasoning"),
    [
        ("{{ messages }}", None, False),
        ("<tool_call>\n{...}</tool_call>", HERMES, False),
        ("<tool_call>\n<function=name>", None, False),
        ("{% if '</think>' in content %}<tool_call>", HERMES, True),
        ("[TOOL_CALLS]", MISTRAL, False),
        ("<|python_tag|>", LLAMA3, False),
        ('{"name": f, "parameters": {}} ipython', LLAMA3, False),
    ],
)
def test_the_template_tells(template: str, calls: CallFormat | None, reasoning: bool) -> None:
    assert resolve_output_format(template, "auto", "auto") == OutputFormat(calls, reasoning)


def test_named_parsers_win() -> None:
    assert resolve_output_format("<tool_call></think>", "mistral", "none") == OutputFormat(MISTRAL, False)
    assert resolve_output_format("<tool_call>", "none", "think") == OutputFormat(None, True)


def test_plain_answers_have_no_parser() -> None:
    assert create_answer_parser(OutputFormat(HERMES, False), [], "") is None


def test_the_end_of_the_prompt_tells_who_opens_the_thoughts() -> None:
    assert opens_thoughts("<|assistant|><think>\n")
    assert not opens_thoughts("what is <think>?<|assistant|>")
