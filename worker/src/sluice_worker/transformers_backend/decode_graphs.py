"""Decode steps recorded once and replayed, for devices where launching kernels costs more than running them.

A recording has fixed shapes, so there is one per number of rows and length of keys, both rounded up. Rows
that are only there to fill up write into a row of the cache that no request has.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch

from .layout import DecodeGroup, StepLayout
from .plan import StepPlan
from .rows import Row
from .runner import ModelRunner

log = logging.getLogger(__name__)

_SHORTEST = 256
#: Recorded at load: most requests stay below. Longer ones are recorded when the first comes.
_AT_LOAD = 1024
_TOLERANCE = 1e-2


class Replay(Protocol):
    def __call__(self) -> None:
        """Runs what was recorded; results appear in the recorded tensors."""


#: Runs a function whose tensors stay where they are, and returns its result and how to run it again.
Recorder = Callable[[Callable[[], torch.Tensor]], tuple[torch.Tensor, Replay]]


def cuda_recorder() -> Recorder:
    """All recordings share one pool of memory: only one runs at a time."""
    pool = torch.cuda.graph_pool_handle()
    stream = torch.cuda.Stream()

    def record(work: Callable[[], torch.Tensor]) -> tuple[torch.Tensor, Replay]:
        # Kernels are chosen and workspaces allocated at first use, which must not be recorded.
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(2):
                work()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=pool, stream=stream):
            result = work()
        return result, graph.replay

    return record


@dataclass(frozen=True, slots=True)
class _Recording:
    packed: torch.Tensor
    logits: torch.Tensor
    replay: Replay


class DecodeGraphs:
    """Used by the engine thread. `rows` is how many rows requests can have; the cache has one more."""

    def __init__(self, runner: ModelRunner, rows: int, record: Recorder) -> None:
        self._runner = runner
        self._rows = rows
        self._record = record
        self._recordings: dict[tuple[int, int], _Recording] = {}

    def forward(self, plan: StepPlan) -> torch.Tensor:
        """As `ModelRunner.forward`, for a step without prompts. The next step overwrites the result."""
        rows = plan.decoding
        count = self._round_rows(len(rows))
        length = self._round_length(max(len(row.tokens) for row in rows) + 1)
        recording = self._recordings.get((count, length))
        if recording is None:
            recording = self._recordings[count, length] = self._record_step(count, length)
        spare = count - len(rows)
        packed = [
            [*(row.next_token or 0 for row in rows), *[0] * spare],
            [*(row.index for row in rows), *[self._rows] * spare],
            [*(len(row.tokens) for row in rows), *[0] * spare],
        ]
        recording.packed.copy_(torch.tensor(packed))
        recording.replay()
        return recording.logits[: len(rows)]

    def prepare(self) -> bool:
        """Records the usual shapes. False: recorded steps do not give what plain ones do; use none."""
        try:
            for length in self._lengths(_AT_LOAD):
                for count in self._counts():
                    self._recordings[count, length] = self._record_step(count, length)
            return self._is_exact()
        except Exception as error:
            log.warning("decode steps of this model cannot be recorded, so they run plainly: %s", error)
            return False

    def _record_step(self, count: int, length: int) -> _Recording:
        packed = torch.zeros((3, count), dtype=torch.long, device=self._runner.device)
        packed[1].fill_(self._rows)

        def work() -> torch.Tensor:
            lengths = packed[2] + 1
            group = DecodeGroup(packed[1], count, length, lengths)
            return self._runner.run(StepLayout(packed[1], packed[2], group, ()), packed, None)

        logits, replay = self._record(work)
        return _Recording(packed, logits, replay)

    def _is_exact(self) -> bool:
        """Replays steps of several sizes and compares them with plain ones."""
        for count in {1, min(3, self._rows), self._rows}:
            longest = min(self._runner.cache.limit, _AT_LOAD) - 1
            rows = [Row(index, tokens=[0] * ((97 * index + 5) % longest)) for index in range(count)]
            for row in rows:
                row.next_token = row.index
            plan = StepPlan(rows, [])
            plain = self._runner.forward(plan)
            difference = (self.forward(plan) - plain).abs().max().item()
            if not difference <= _TOLERANCE * max(1.0, plain.abs().max().item()):
                log.warning(
                    "recorded decode steps differ by %.3g from plain ones; they are not used", difference
                )
                return False
        return True

    def _round_rows(self, count: int) -> int:
        return next(size for size in self._counts() if size >= count)

    def _counts(self) -> Sequence[int]:
        """1, 2, 4, 8, then multiples of 8."""
        sizes = [1, 2, 4, *range(8, self._rows, 8)]
        return [*(size for size in sizes if size < self._rows), self._rows]

    def _round_length(self, length: int) -> int:
        return next(size for size in self._lengths(self._runner.cache.limit) if size >= length)

    def _lengths(self, longest: int) -> Sequence[int]:
        """Powers of two, so that at most half of what attention reads is padding."""
        limit = self._runner.cache.limit
        sizes = [_SHORTEST]
        while sizes[-1] < min(longest, limit):
            sizes.append(2 * sizes[-1])
        return [min(size, limit) for size in sizes]
