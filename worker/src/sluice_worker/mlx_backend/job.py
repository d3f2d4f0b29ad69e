"""One generation in the engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..backend import Event, Finish, Generation, Logprob, TextDelta
from .library import Array, Detokenizer, Library, TokenResponse
from .mailbox import Mailbox
from .stop_text import StopText


@dataclass(slots=True, eq=False)
class Job:
    """Belongs to the engine's thread once it is submitted. Times are of `time.perf_counter`."""

    generation: Generation
    mailbox: Mailbox
    detokenizer: Detokenizer
    #: Tokens without text: ends of generation that do not end it.
    silent: frozenset[int]
    token_bytes: Callable[[int], bytes]
    stops: StopText = field(init=False)
    arrived: float = field(default_factory=time.perf_counter)
    started: float = 0.0
    first_token: float = 0.0
    completion_tokens: int = 0
    cancelled: bool = False
    #: Sampled tokens whose text has not left.
    _tokens: list[int] = field(default_factory=list)
    _logprobs: list[Logprob] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stops = StopText(self.generation.stop, include=self.generation.include_stop)

    def accept(self, library: Library, response: TokenResponse) -> list[Event]:
        """One sampled token; a Finish is last, and then the row is free or to be freed."""
        self.completion_tokens += 1
        if self.completion_tokens == 1:
            self.first_token = time.perf_counter()
        ends = response.finish_reason == "stop"
        keeps = self.generation.include_stop and response.token in self.generation.stop_token_ids
        if not ends or keeps:
            self._note(library, response)
        if response.finish_reason is not None:
            self.detokenizer.finalize()
        text = self.stops.push(
            self.detokenizer.last_segment, self.completion_tokens > self.generation.min_tokens
        )
        if response.finish_reason is not None:
            text += self.stops.end()
        events: list[Event] = [] if not text else [self._leave(text)]
        if self.stops.met is not None or ends:
            return [*events, self.finish("stop", response.token if ends else None)]
        return events if response.finish_reason is None else [*events, self.finish("length", None)]

    def finish(self, reason: str, stop_token: int | None) -> Finish:
        now = time.perf_counter()
        met = self.stops.met
        return Finish(
            "stop" if reason == "stop" else "length",
            prompt_tokens=len(self.generation.prompt),
            cached_tokens=0,
            completion_tokens=self.completion_tokens,
            queue_seconds=self.started - self.arrived,
            prefill_seconds=self.first_token - self.started,
            decode_seconds=now - self.first_token,
            stop_string=met,
            stop_token=stop_token if met is None else None,
        )

    def _note(self, library: Library, response: TokenResponse) -> None:
        self._tokens.append(response.token)
        if response.token not in self.silent:
            self.detokenizer.add_token(response.token)
        most = self.generation.top_logprobs
        if most is not None:
            likeliest = _likeliest(library, response.logprobs, most)
            top = [Logprob(token, value, self.token_bytes(token)) for token, value in likeliest]
            chosen = float(response.logprobs[response.token].item())
            self._logprobs.append(Logprob(response.token, chosen, self.token_bytes(response.token), top))

    def _leave(self, text: str) -> TextDelta:
        delta = TextDelta(text, self._tokens, self._logprobs)
        self._tokens, self._logprobs = [], []
        return delta


def _likeliest(library: Library, logprobs: Array, count: int) -> Sequence[tuple[int, float]]:
    if count == 0:
        return ()
    indices = library.core.argpartition(-logprobs, kth=count - 1)[:count]
    pairs = zip(indices.tolist(), logprobs[indices].tolist(), strict=True)
    return sorted(pairs, key=lambda pair: -pair[1])
