"""Tool calls in text, whatever the places at which it was cut."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable

import pytest

from sluice_worker.chat_output.call_formats import HERMES, LLAMA3, MISTRAL, CallFormat
from sluice_worker.chat_output.call_parser import CallParser
from sluice_worker.chat_output.pieces import CallArguments, CallStart, Piece, Text

TOOLS = ("weather", "time")
Parsed = tuple[str, list[tuple[str, str]]]

#: The format, what the model writes, its text and its calls.
CASES: dict[str, tuple[CallFormat, str, str, list[tuple[str, str]]]] = {
    "text": (HERMES, "Hello < there <tool> you", "Hello < there <tool> you", []),
    "white space alone": (HERMES, " \n ", " \n ", []),
    "half a marker at the end": (HERMES, "see <tool_ca", "see <tool_ca", []),
    "one call": (
        HERMES,
        '<tool_call>\n{"name": "weather", "arguments": {"place": "Paris"}}\n</tool_call>',
        "",
        [("weather", '{"place": "Paris"}')],
    ),
    "text, two calls, text": (
        HERMES,
        'I look.\n<tool_call>{"name":"weather","arguments":{"a":[1,{"b":"}"}]}}</tool_call>\n'
        '<tool_call>{"name":"time","arguments":{}}</tool_call>\nDone.',
        "I look.\n\nDone.",
        [("weather", '{"a":[1,{"b":"}"}]}'), ("time", "{}")],
    ),
    "markers and quotes inside of a string": (
        HERMES,
        r'<tool_call>{"name": "time", "arguments": {"t": "a \"}</tool_call> \\"}}</tool_call>',
        "",
        [("time", r'{"t": "a \"}</tool_call> \\"}')],
    ),
    "arguments first": (
        HERMES,
        '<tool_call>{"arguments": {"x": 1}, "name": "time"}</tool_call>',
        "",
        [("time", '{"x": 1}')],
    ),
    "arguments as a string": (
        HERMES,
        '<tool_call>{"name": "time", "arguments": "{\\"x\\": 1}"}</tool_call>',
        "",
        [("time", '{"x": 1}')],
    ),
    "no arguments": (HERMES, '<tool_call>{"name": "time"}</tool_call>', "", [("time", "{}")]),
    "another function's envelope": (
        HERMES,
        '<tool_call>{"type": "function", "function": {"name": "time", "parameters": {"x": 1}}}</tool_call>',
        "",
        [("time", '{"x": 1}')],
    ),
    "a name that was not offered": (
        HERMES,
        '<tool_call>{"name": "guess", "arguments": {}}</tool_call>',
        "",
        [("guess", "{}")],
    ),
    "no JSON": (
        HERMES,
        "The marker <tool_call> begins a call.",
        "The marker <tool_call> begins a call.",
        [],
    ),
    "JSON that is no call": (
        HERMES,
        '<tool_call>{"answer": {"name": "x"}}</tool_call> ok',
        '<tool_call>{"answer": {"name": "x"}}</tool_call> ok',
        [],
    ),
    "broken JSON": (
        HERMES,
        '<tool_call>{"name": time}</tool_call> ok',
        '<tool_call>{"name": time}</tool_call> ok',
        [],
    ),
    "a call behind what was none": (
        HERMES,
        '<tool_call> or <tool_call>{"name": "time", "arguments": {}}</tool_call>',
        "<tool_call> or ",
        [("time", "{}")],
    ),
    "a call inside of what was none": (
        HERMES,
        '<tool_call>{"a": <tool_call>{"name": "time", "arguments": {}}</tool_call>',
        '<tool_call>{"a": ',
        [("time", "{}")],
    ),
    "cut off in its head": (
        HERMES,
        'Hm <tool_call>\n{"name": "ti',
        'Hm <tool_call>\n{"name": "ti',
        [],
    ),
    "cut off in its arguments": (
        HERMES,
        '<tool_call>{"name": "time", "arguments": {"x": "ab',
        "",
        [("time", '{"x": "ab')],
    ),
    "cut off in its closing marker": (
        HERMES,
        '<tool_call>{"name": "time", "arguments": {}}</tool_',
        "",
        [("time", "{}")],
    ),
    "without a closing marker": (
        HERMES,
        '<tool_call>{"name": "time", "arguments": {}} then',
        " then",
        [("time", "{}")],
    ),
    "llama: bare": (
        LLAMA3,
        '{"name": "weather", "parameters": {"place": "Rome"}}',
        "",
        [("weather", '{"place": "Rome"}')],
    ),
    "llama: announced, of any name": (
        LLAMA3,
        '<|python_tag|>{"name": "guess", "parameters": {}}',
        "",
        [("guess", "{}")],
    ),
    "llama: several": (
        LLAMA3,
        '{"name": "time", "parameters": {}}; {"name": "weather", "parameters": {"a": 1}}',
        "",
        [("time", "{}"), ("weather", '{"a": 1}')],
    ),
    "llama: a line each": (
        LLAMA3,
        '{"name": "time", "parameters": {}}\n{"name": "time", "parameters": {}}',
        "",
        [("time", "{}"), ("time", "{}")],
    ),
    "llama: JSON that answers": (
        LLAMA3,
        '\n{"name": "Ann", "parameters": {"age": 3}} is she',
        '\n{"name": "Ann", "parameters": {"age": 3}} is she',
        [],
    ),
    "llama: a separator that was text": (
        LLAMA3,
        '{"name": "time", "parameters": {}} ; and so on',
        " ; and so on",
        [("time", "{}")],
    ),
    "llama: JSON behind a call": (
        LLAMA3,
        '{"name": "time", "parameters": {}} ; {"x": 1}',
        ' ; {"x": 1}',
        [("time", "{}")],
    ),
    "llama: JSON in the middle": (
        LLAMA3,
        'See {"name": "time", "parameters": {}}',
        'See {"name": "time", "parameters": {}}',
        [],
    ),
    "llama: code": (LLAMA3, "<|python_tag|>print(1)", "<|python_tag|>print(1)", []),
    "mistral: array": (
        MISTRAL,
        '[TOOL_CALLS][{"name": "time", "arguments": {}}, {"name": "weather", "arguments": {"a": 1}}]',
        "",
        [("time", "{}"), ("weather", '{"a": 1}')],
    ),
    "mistral: array without its marker": (
        MISTRAL,
        ' [ {"name": "time", "arguments": {}, "id": "abc"}]',
        "",
        [("time", "{}")],
    ),
    "mistral: an array that answers": (MISTRAL, '[{"name": "Ann"}, 2]', '[{"name": "Ann"}, 2]', []),
    "mistral: a list": (MISTRAL, " [1, 2] ", " [1, 2] ", []),
    "mistral: half a marker": (MISTRAL, "[TOOL", "[TOOL", []),
    "mistral: named": (
        MISTRAL,
        'So: [TOOL_CALLS]time{"x": 1}[TOOL_CALLS]weather[CALL_ID]a1[ARGS]{"y": {}}',
        "So: ",
        [("time", '{"x": 1}'), ("weather", '{"y": {}}')],
    ),
    "mistral: a name without arguments": (MISTRAL, "[TOOL_CALLS]time\n{}", "[TOOL_CALLS]time\n{}", []),
    "mistral: a long word": (MISTRAL, f"[TOOL_CALLS]{'a' * 300}{{", f"[TOOL_CALLS]{'a' * 300}{{", []),
}


def parse(call_format: CallFormat, parts: Iterable[str]) -> Parsed:
    parser = CallParser(call_format, TOOLS)
    pieces: list[Piece] = []
    for part in parts:
        pieces += parser.push(part)
    pieces += parser.end()
    names: dict[int, str] = {}
    arguments: dict[int, str] = {}
    for piece in pieces:
        if isinstance(piece, CallStart):
            assert piece.index == len(names), "calls are counted from 0 and begin once"
            names[piece.index], arguments[piece.index] = piece.name, ""
        elif isinstance(piece, CallArguments):
            arguments[piece.index] += piece.fragment
    text = "".join(piece.text for piece in pieces if isinstance(piece, Text))
    return text, [(names[index], arguments[index]) for index in names]


@pytest.mark.parametrize("case", CASES)
def test_wherever_the_text_is_cut(case: str) -> None:
    call_format, text, said, calls = CASES[case]
    assert parse(call_format, [text]) == (said, calls)
    assert parse(call_format, text) == (said, calls)
    for first in range(len(text) + 1):
        for second in (first, min(first + 3, len(text)), (first + len(text)) // 2):
            parts = [text[:first], text[first:second], text[second:]]
            assert parse(call_format, parts) == (said, calls), parts


def test_text_leaves_as_soon_as_it_cannot_be_a_call() -> None:
    parser = CallParser(HERMES, TOOLS)
    assert parser.push("Hello <") == [Text("Hello ")]
    assert parser.push("b> and") == [Text("<b> and")]
    bare = CallParser(LLAMA3, TOOLS)
    assert bare.push('{"answer"') == [Text('{"answer"')]


def test_arguments_leave_as_they_come() -> None:
    parser = CallParser(HERMES, TOOLS)
    (start, first) = parser.push('<tool_call>{"name": "time", "arguments": {"x"')
    assert isinstance(start, CallStart)
    assert first == CallArguments(0, '{"x"')
    assert parser.push(": 1") == [CallArguments(0, ": 1")]
    assert parser.push("}}") == [CallArguments(0, "}")]
    assert parser.calls == 1


def test_ids_are_as_the_models_template_wants_them() -> None:
    assert len(MISTRAL.make_id()) == 9
    assert MISTRAL.make_id().isalnum()
    assert HERMES.make_id() != HERMES.make_id()


def test_arguments_are_what_the_model_wrote() -> None:
    written = '{"b" :1,  "a":"\\u00e9"}'
    _, ((_, arguments),) = parse(
        HERMES, [f'<tool_call>{{"name": "time", "arguments": {written}}}</tool_call>']
    )
    assert arguments == written
    assert json.loads(arguments) == {"a": "\u00e9", "b": 1}


SCRAPS = [
    "<tool_call>",
    "</tool_call>",
    "<|python_tag|>",
    "[TOOL_CALLS]",
    "[ARGS]",
    '{"name": "time", "arguments": {',
    '{"name": "other", "parameters": {',
    '{"arguments": {}, "name": "time"}',
    '{"x": ',
    "time{",
    "}",
    "}}",
    "]",
    "[",
    '"',
    "\\",
    ",",
    ";",
    " ",
    "\n",
    "word",
]


@pytest.mark.parametrize("call_format", [HERMES, LLAMA3, MISTRAL], ids=lambda each: each.name)
def test_any_mixture_parses_the_same_however_it_is_cut(call_format: CallFormat) -> None:
    generator = random.Random(4)
    for _ in range(1000):
        text = "".join(generator.choices(SCRAPS, k=generator.randint(1, 8)))
        whole = parse(call_format, [text])
        assert parse(call_format, text) == whole, text
        if not whole[1]:
            assert whole[0] == text, "without a call nothing is lost"
