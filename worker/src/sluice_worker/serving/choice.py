"""One choice of one request: the backend's events as those of the contract."""

from __future__ import annotations

from collections.abc import Iterable

from ..backend import Finish, Logprob, TextDelta
from ..chat_output.answer_parser import AnswerParser
from ..chat_output.pieces import CallArguments, CallStart, Piece, Reasoning, Text
from ..contract import messages as wire
from ..decoding.settings import Response

_REASONS = {"stop": wire.FINISH_REASON_STOP, "length": wire.FINISH_REASON_LENGTH}


class Choice:
    """`parser` None: the text is the answer. What it echoes comes in front of it."""

    def __init__(self, index: int, response: Response, parser: AnswerParser | None, echo: str = "") -> None:
        self._index = index
        self._response = response
        self._parser = parser
        #: Of tokens whose text is still held back by the parser, or that have none.
        self._tokens = 0
        self._token_ids: list[int] = []
        self._logprobs: list[Logprob] = []
        self._reasoning_tokens = 0
        self._whole = None if response.stream else _Whole(index)
        self._echo = echo

    def push(self, event: TextDelta) -> wire.Delta | None:
        """What may leave now; nothing where the choice leaves as a whole."""
        self._count(event)
        parser, text = self._parser, event.text
        if self._echo:
            text, self._echo = self._echo + text, ""
        if parser is None:
            return self._leave(text, (), ()) if text else None
        return self._leave_pieces(parser.push(text)) if text else None

    def finish(self, event: Finish) -> list[wire.GenerateEvent]:
        """The rest, and the end."""
        pieces: list[Piece] = [] if self._parser is None else self._parser.end()
        if self._echo:
            pieces, self._echo = [Text(self._echo), *pieces], ""
        rest = self._leave_pieces(pieces, everything=True)
        called = self._parser is not None and self._parser.calls > 0 and event.reason == "stop"
        finished = wire.Finished(
            index=self._index,
            reason=wire.FINISH_REASON_TOOL_CALLS if called else _REASONS[event.reason],
            usage=wire.Usage(
                prompt_tokens=event.prompt_tokens,
                completion_tokens=event.completion_tokens,
                cached_tokens=event.cached_tokens,
                reasoning_tokens=self._reasoning_tokens,
            ),
            timings=wire.Timings(
                queue_us=_microseconds(event.queue_seconds),
                prefill_us=_microseconds(event.prefill_seconds),
                decode_us=_microseconds(event.decode_seconds),
            ),
        )
        if event.reason == "stop" and not called:
            if event.stop_string is not None:
                finished.stop_string = event.stop_string
            elif event.stop_token is not None:
                finished.stop_token_id = event.stop_token
        if self._whole is not None:
            finished.full.CopyFrom(self._whole.delta())
        end = wire.GenerateEvent(finished=finished)
        return [end] if rest is None else [wire.GenerateEvent(delta=rest), end]

    def _count(self, event: TextDelta) -> None:
        count = len(event.tokens)
        self._tokens += count
        if self._parser is not None and self._parser.is_thinking:
            self._reasoning_tokens += count
        if self._response.token_ids:
            self._token_ids += event.tokens
        if self._response.logprobs:
            self._logprobs += event.logprobs

    def _leave_pieces(self, pieces: list[Piece], *, everything: bool = False) -> wire.Delta | None:
        """`everything`: tokens without text leave too."""
        text = "".join(piece.text for piece in pieces if isinstance(piece, Text))
        reasoning = [piece.text for piece in pieces if isinstance(piece, Reasoning)]
        calls = [_encode_call(piece) for piece in pieces if isinstance(piece, CallStart | CallArguments)]
        if text or reasoning or calls or (everything and self._tokens):
            return self._leave(text, reasoning, calls)
        return None

    def _leave(
        self, text: str, reasoning: Iterable[str], calls: Iterable[wire.ToolCallDelta]
    ) -> wire.Delta | None:
        delta = wire.Delta(index=self._index, text=text, num_tokens=self._tokens)
        self._tokens = 0
        thoughts = "".join(reasoning)
        if thoughts:
            delta.reasoning = thoughts
        if calls:
            delta.tool_calls.extend(calls)
        if self._token_ids:
            delta.token_ids.extend(self._token_ids)
            self._token_ids = []
        if self._logprobs:
            delta.logprobs.extend(map(_encode_logprob, self._logprobs))
            self._logprobs = []
        if self._whole is None:
            return delta
        self._whole.add(delta)
        return None


class _Whole:
    """A choice that leaves with its Finished."""

    def __init__(self, index: int) -> None:
        self._delta = wire.Delta(index=index)
        self._texts: list[str] = []
        self._thoughts: list[str] = []
        self._calls: dict[int, wire.ToolCallDelta] = {}
        self._arguments: dict[int, list[str]] = {}

    def add(self, delta: wire.Delta) -> None:
        self._texts.append(delta.text)
        self._thoughts.append(delta.reasoning)
        for call in delta.tool_calls:
            self._calls.setdefault(call.index, call)
            self._arguments.setdefault(call.index, []).append(call.arguments_json_fragment)
        self._delta.token_ids.extend(delta.token_ids)
        self._delta.logprobs.extend(delta.logprobs)
        self._delta.num_tokens += delta.num_tokens

    def delta(self) -> wire.Delta:
        self._delta.text = "".join(self._texts)
        self._delta.reasoning = "".join(self._thoughts)
        for index, call in self._calls.items():
            call.arguments_json_fragment = "".join(self._arguments[index])
            self._delta.tool_calls.append(call)
        return self._delta


def _encode_call(piece: CallStart | CallArguments) -> wire.ToolCallDelta:
    if isinstance(piece, CallStart):
        return wire.ToolCallDelta(index=piece.index, id=piece.id, name=piece.name)
    return wire.ToolCallDelta(index=piece.index, arguments_json_fragment=piece.fragment)


def _encode_logprob(logprob: Logprob) -> wire.TokenLogprob:
    return wire.TokenLogprob(
        id=logprob.token,
        logprob=logprob.logprob,
        token_bytes=logprob.token_bytes,
        top=[_encode_logprob(other) for other in logprob.top],
    )


def _microseconds(seconds: float) -> int:
    return max(0, round(seconds * 1e6))
