"""Everything that runs or waits in the backend: bounded, findable by request id, and ended from outside."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

from ..errors import WorkerError


@dataclass(eq=False, slots=True)
class RunningCall:
    """One call of Chat, Complete or Embed."""

    request_id: str
    #: Rows that it takes in the backend.
    choices: int
    task: asyncio.Task[object]
    #: Why it was ended from outside.
    ended_with: Exception | None = None
    #: Set when the backend has nothing of it any more.
    over: asyncio.Event = field(default_factory=asyncio.Event)


class RunningCalls:
    """`slots`: rows that the backend computes at the same time; `max_queue`: rows that may wait for one."""

    def __init__(self, max_queue: int) -> None:
        self.max_queue = max_queue
        #: Of the backend; known once it is loaded.
        self.slots = 1
        self._running: set[RunningCall] = set()

    def __len__(self) -> int:
        return len(self._running)

    @property
    def choices(self) -> int:
        return sum(call.choices for call in self._running)

    @property
    def waiting(self) -> int:
        """Rows ahead of the next one, while all slots are taken."""
        return max(0, self.choices + 1 - self.slots)

    @contextlib.asynccontextmanager
    async def enter(self, request_id: str, choices: int) -> AsyncIterator[RunningCall]:
        """Within it the call counts and can be ended; raises QUEUE_FULL where there is no room."""
        self._assert_room(choices)
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a call runs in a task")
        call = RunningCall(request_id, choices, task)
        self._running.add(call)
        try:
            yield call
        except asyncio.CancelledError:
            if call.ended_with is None:
                raise
            # The cancellation is ours and ends here, as a status.
            raise call.ended_with from None
        finally:
            self._running.discard(call)
            call.over.set()

    async def abort(self, request_ids: Iterable[str] | None, why: Exception) -> int:
        """Ends calls by their ids (None: all) with `why`; returns their number when their rows are free."""
        wanted = None if request_ids is None else {name for name in request_ids if name}
        named = [call for call in self._running if wanted is None or call.request_id in wanted]
        for call in named:
            if call.ended_with is None:
                call.ended_with = why
                call.task.cancel()
        for call in named:
            await call.over.wait()
        return len(named)

    async def idle(self, timeout_seconds: float) -> int:
        """Returns when no call is left or the time is over, with the number of those left."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_seconds
        while self._running and (rest := deadline - loop.time()) > 0:
            over = next(iter(self._running)).over
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(over.wait(), rest)
        return len(self._running)

    def _assert_room(self, choices: int) -> None:
        """Choices are counted from their arrival: a burst cannot pass before the backend has seen it."""
        room = self.slots + self.max_queue
        if choices > room:
            message = f"sampling.n is {choices}; this worker takes 1 to {room} choices"
            raise WorkerError("INVALID_REQUEST", message, param="n")
        if self.choices + choices > room:
            message = (
                f"{self.slots} generations run and {self.max_queue} may wait: there is no room for "
                f"{choices} more; try again later"
            )
            raise WorkerError("QUEUE_FULL", message, retry_after_ms=1000)
