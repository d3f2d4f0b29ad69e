"""One generation, from its arrival to its last event."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from ..backend import Event, Finish, FinishReason, Generation, Logprob
from .answer_text import AnswerText
from .mailbox import Mailbox
from .row_sampler import RowSampler
from .vocabulary import Vocabulary


@dataclass(slots=True, eq=False)
class Job:
    """Belongs to the engine thread from its submission on. Times are of `time.perf_counter`, in seconds."""

    generation: Generation
    mailbox: Mailbox
    vocabulary: Vocabulary
    sampler: RowSampler
    prompt: list[int] = field(init=False)
    text: AnswerText = field(init=False)
    arrived: float = field(default_factory=time.perf_counter)
    started: float = 0.0
    first_token: float = 0.0
    cached_tokens: int = 0
    completion_tokens: int = 0
    #: Set by the reader's thread; the engine lets go of the row before its next step.
    cancelled: bool = False
    _ends: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        generation = self.generation
        self.prompt = list(generation.prompt)
        self.text = AnswerText(generation, self.vocabulary.create_stream(generation.prompt))
        ends = () if generation.ignore_eos else self.vocabulary.end_tokens
        self._ends = frozenset(generation.stop_token_ids).union(ends)

    def accept(self, token: int, logprob: Logprob | None) -> tuple[Event, ...]:
        """Counts one sampled token; what it gives to the reader. A Finish comes last."""
        self.completion_tokens += 1
        if self.completion_tokens == 1:
            self.first_token = time.perf_counter()
        if token in self._ends:
            return self._stop_at(token, logprob)
        delta = self.text.push(token, logprob)
        events: tuple[Event, ...] = () if delta is None else (delta,)
        if self.text.stop_string is not None:
            return (*events, self._finish("stop"))
        if self.completion_tokens >= self.generation.max_tokens:
            rest = self.text.finish()
            if rest is not None:
                events = (*events, rest)
            return (*events, self._finish("stop" if self.text.stop_string is not None else "length"))
        return events

    def finish_empty(self) -> Finish:
        """For a request of no tokens: nothing is computed."""
        self.started = self.first_token = time.perf_counter()
        return self._finish("length")

    def _stop_at(self, token: int, logprob: Logprob | None) -> tuple[Event, ...]:
        if self.generation.include_stop and token in self.generation.stop_token_ids:
            rest = self.text.push_literal(token, self.vocabulary.decode([token], False), logprob)
        else:
            rest = self.text.finish()
        # Half a character may still have completed a stop string.
        stop_token = token if self.text.stop_string is None else None
        return (*(() if rest is None else (rest,)), self._finish("stop", stop_token))

    def _finish(self, reason: FinishReason, stop_token: int | None = None) -> Finish:
        now = time.perf_counter()
        return Finish(
            reason,
            prompt_tokens=len(self.prompt),
            cached_tokens=self.cached_tokens,
            completion_tokens=self.completion_tokens,
            queue_seconds=self.started - self.arrived,
            prefill_seconds=self.first_token - self.started,
            decode_seconds=now - self.first_token,
            stop_string=self.text.stop_string,
            stop_token=stop_token,
        )
