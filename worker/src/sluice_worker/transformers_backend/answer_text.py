"""From sampled tokens to the text that leaves, and which of the tokens stand behind it."""

from __future__ import annotations

from collections import deque

from ..backend import Generation, Logprob, TextDelta
from .stop_strings import StopMatcher
from .text_stream import TextStream


class AnswerText:
    """A token leaves together with the last character of its text."""

    __slots__ = ("_held", "_least", "_matcher", "_released", "_seen", "_stream", "_tokens", "stop_string")

    def __init__(self, generation: Generation, stream: TextStream) -> None:
        self._stream = stream
        #: As in vLLM, the text of the first so many tokens completes no stop string.
        self._least = generation.min_tokens
        self._tokens = 0
        self._matcher = StopMatcher(generation.stop, generation.include_stop)
        #: Tokens that have not left, with where their text begins and ends.
        self._held: deque[tuple[int, int, int, Logprob | None]] = deque()
        #: Characters that the tokens made, and those of them that left.
        self._seen = 0
        self._released = 0
        #: The stop string that was met: the choice is over.
        self.stop_string: str | None = None

    def push(self, token: int, logprob: Logprob | None) -> TextDelta | None:
        """Takes one more token of the answer; returns what may leave."""
        self._tokens += 1
        return self._take(token, self._stream.push(token), logprob)

    def push_literal(self, token: int, text: str, logprob: Logprob | None) -> TextDelta | None:
        """Takes the stop token that stays in the output; its text is not searched for stop strings."""
        held = self._stream.flush() + self._matcher.flush()
        self._seen += len(text)
        self._held.append((self._seen, self._seen, token, logprob))
        return self._leave(held + text, everything=True)

    def finish(self) -> TextDelta | None:
        """What was held back. Nothing after a stop string."""
        if self.stop_string is not None:
            return None
        released = self._matcher.push(self._stream.flush(), self._tokens > self._least)
        if released.stop is not None:
            self.stop_string = released.stop
            return self._leave(released.text, everything=False)
        return self._leave(released.text + self._matcher.flush(), everything=True)

    def _take(self, token: int, text: str, logprob: Logprob | None) -> TextDelta | None:
        start = self._seen
        self._seen += len(text)
        # A character that is not complete counts as one more to come.
        self._held.append((start, self._seen + self._stream.unfinished, token, logprob))
        released = self._matcher.push(text, self._tokens > self._least)
        self.stop_string = released.stop
        return self._leave(released.text, everything=False)

    def _leave(self, text: str, everything: bool) -> TextDelta | None:
        self._released += len(text)
        stopped = self.stop_string is not None
        tokens: list[int] = []
        logprobs: list[Logprob] = []
        while self._held:
            start, end, token, logprob = self._held[0]
            # After a stop string, the tokens whose text began before it have left.
            leaves = start < self._released if stopped else end <= self._released
            if not leaves and not everything:
                break
            self._held.popleft()
            tokens.append(token)
            if logprob is not None:
                logprobs.append(logprob)
        return TextDelta(text, tokens, logprobs) if text or tokens else None
