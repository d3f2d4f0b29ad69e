"""Chooses what looks for thoughts and tool calls in an answer, and runs one behind the other."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from .call_formats import FORMATS, HERMES, LLAMA3, MISTRAL, CallFormat
from .call_parser import CallParser
from .pieces import Piece, Text
from .reasoning import CLOSE, OPEN, ReasoningParser

#: What `--tool-parser` and `--reasoning-parser` take.
TOOL_PARSERS = ("auto", "none", *FORMATS)
REASONING_PARSERS = ("auto", "none", "think")


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """How a model writes calls and thoughts. None and False: not at all, as far as is known."""

    calls: CallFormat | None
    reasoning: bool


def resolve_output_format(template: str, tool_parser: str, reasoning_parser: str) -> OutputFormat:
    """From the chat template's text, unless the parsers are named."""
    calls = _detect_calls(template) if tool_parser == "auto" else FORMATS.get(tool_parser)
    reasoning = CLOSE in template if reasoning_parser == "auto" else reasoning_parser == "think"
    return OutputFormat(calls, reasoning)


def _detect_calls(template: str) -> CallFormat | None:
    if HERMES.opening in template:
        # Qwen3-Coder and GLM write XML between the same markers.
        is_xml = "<function=" in template or "<arg_key>" in template
        return None if is_xml else HERMES
    if MISTRAL.opening in template:
        return MISTRAL
    writes_parameters = "parameters" in template and "ipython" in template
    return LLAMA3 if LLAMA3.opening in template or writes_parameters else None


def opens_thoughts(prompt_end: str) -> bool:
    """Some templates write the opening marker themselves, at the end of the prompt."""
    return prompt_end.rstrip().endswith(OPEN)


class AnswerParser:
    """Calls are looked for in what is said, not in what is thought."""

    def __init__(self, calls: CallParser | None, reasoning: ReasoningParser | None) -> None:
        self._calls = calls
        self._reasoning = reasoning

    @property
    def is_thinking(self) -> bool:
        return self._reasoning is not None and self._reasoning.is_thinking

    @property
    def calls(self) -> int:
        """Complete calls so far."""
        return 0 if self._calls is None else self._calls.calls

    def push(self, text: str) -> list[Piece]:
        if self._reasoning is None:
            return self._look_for_calls([Text(text)])
        return self._look_for_calls(self._reasoning.push(text))

    def end(self) -> list[Piece]:
        pieces = [] if self._reasoning is None else self._look_for_calls(self._reasoning.end())
        return pieces if self._calls is None else [*pieces, *self._calls.end()]

    def _look_for_calls(self, pieces: list[Piece]) -> list[Piece]:
        if self._calls is None:
            return pieces
        found: list[Piece] = []
        for piece in pieces:
            found += self._calls.push(piece.text) if isinstance(piece, Text) else [piece]
        return found


def create_answer_parser(
    output: OutputFormat, tools: Collection[str], prompt_end: str
) -> AnswerParser | None:
    """For one choice; None: the answer is plain text."""
    calls = CallParser(output.calls, tools) if output.calls is not None and tools else None
    reasoning = ReasoningParser(opened=opens_thoughts(prompt_end)) if output.reasoning else None
    return None if calls is None and reasoning is None else AnswerParser(calls, reasoning)
