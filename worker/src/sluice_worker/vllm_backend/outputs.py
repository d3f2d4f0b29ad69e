"""vLLM's outputs as the backend's events."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from ..backend import Event, Finish, Generation, Logprob, TextDelta
from ..errors import WorkerError
from .library import CompletionOutput, RequestOutput, TokenLogprob


class OutputReader:
    """Of one generation. Times are taken here where vLLM gives none."""

    def __init__(self, generation: Generation, token_bytes: Callable[[int], bytes]) -> None:
        self._generation = generation
        self._token_bytes = token_bytes
        self._arrived = time.perf_counter()
        self._first_token: float | None = None
        self._count = 0

    def read(self, output: RequestOutput) -> list[Event]:
        """Raises what vLLM reports as the request's end by force."""
        (choice,) = output.outputs
        if choice.token_ids and self._first_token is None:
            self._first_token = time.perf_counter()
        self._count += len(choice.token_ids)
        events: list[Event] = []
        tokens = self._spoken(choice)
        if choice.text or tokens:
            events.append(TextDelta(choice.text, tokens, self._logprobs(choice, len(tokens))))
        if choice.finish_reason is not None:
            events.append(self._finish(output, choice))
        return events

    def _spoken(self, choice: CompletionOutput) -> Sequence[int]:
        """Without the token that ended the choice, which is no part of the output."""
        ended_by_token = choice.finish_reason == "stop" and not isinstance(choice.stop_reason, str)
        if not ended_by_token or (self._generation.include_stop and choice.stop_reason is not None):
            return choice.token_ids
        return choice.token_ids[:-1]

    def _logprobs(self, choice: CompletionOutput, count: int) -> list[Logprob]:
        if self._generation.top_logprobs is None or choice.logprobs is None:
            return []
        pairs = zip(choice.token_ids[:count], choice.logprobs, strict=False)
        return [self._logprob(token, place) for token, place in pairs]

    def _logprob(self, token: int, place: Mapping[int, TokenLogprob]) -> Logprob:
        most = self._generation.top_logprobs or 0
        likeliest = sorted(place.items(), key=lambda item: -item[1].logprob)[:most]
        top = [Logprob(other, found.logprob, self._token_bytes(other)) for other, found in likeliest]
        return Logprob(token, place[token].logprob, self._token_bytes(token), top)

    def _finish(self, output: RequestOutput, choice: CompletionOutput) -> Finish:
        reason, stop = choice.finish_reason, choice.stop_reason
        if reason not in ("stop", "length"):
            raise WorkerError("ENGINE_FAILED", f"vLLM ended the request: {reason}")
        stop_token = None
        if reason == "stop" and not isinstance(stop, str):
            stop_token = stop if stop is not None else (choice.token_ids[-1] if choice.token_ids else None)
        queue, prefill, decode = self._durations(output)
        return Finish(
            reason,
            prompt_tokens=len(self._generation.prompt),
            cached_tokens=output.num_cached_tokens or 0,
            completion_tokens=self._count,
            queue_seconds=queue,
            prefill_seconds=prefill,
            decode_seconds=decode,
            stop_string=stop if isinstance(stop, str) else None,
            stop_token=stop_token,
        )

    def _durations(self, output: RequestOutput) -> tuple[float, float, float]:
        """Queue, prefill, decode, in seconds."""
        names = ("queued_ts", "scheduled_ts", "first_token_ts", "last_token_ts")
        queued, scheduled, first, last = (getattr(output.metrics, name, 0.0) for name in names)
        if queued and scheduled and first and last:
            return scheduled - queued, first - scheduled, last - first
        now = time.perf_counter()
        first_token = self._first_token or now
        return 0.0, first_token - self._arrived, now - first_token
