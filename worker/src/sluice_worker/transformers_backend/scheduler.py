"""Who has a row and who waits for one. Decides; the engine acts."""

from __future__ import annotations

import heapq

from .job import Job
from .plan import StepPlan, plan_step
from .rows import Placement, Row, place


def _urgency(row: Row) -> int:
    return 0 if row.job is None else -row.job.generation.priority


class Scheduler:
    """Used by the engine thread alone, but for the counts, which any thread may read."""

    def __init__(self, rows: int, batch_tokens: int) -> None:
        self.rows = [Row(index) for index in range(rows)]
        # Prompts move on although every row decodes.
        self._budget = max(batch_tokens, 2 * rows)
        self._waiting: list[tuple[int, int, Job]] = []
        #: Rows with a job, in the order in which their prompts are processed.
        self._busy: list[Row] = []
        self._order = 0
        self._uses = 0

    @property
    def running(self) -> int:
        return len(self._busy)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def busy(self) -> list[Row]:
        return self._busy

    @property
    def has_work(self) -> bool:
        return bool(self._busy or self._waiting)

    @property
    def held_tokens(self) -> int:
        """In the cache, of running requests."""
        return sum(len(row.tokens) for row in list(self._busy))

    def add(self, job: Job) -> None:
        """Higher priorities go first; among equals the first to come."""
        self._order += 1
        heapq.heappush(self._waiting, (-job.generation.priority, self._order, job))

    def next_placement(self) -> tuple[Job, Placement] | None:
        """The next waiting request and the row that it gets."""
        if not self._waiting:
            return None
        job = self._waiting[0][2]
        placement = place(self.rows, job.prompt)
        if placement is None:
            return None
        heapq.heappop(self._waiting)
        return job, placement

    def occupy(self, job: Job, placement: Placement) -> None:
        row = placement.row
        row.tokens = job.prompt[: placement.cached]
        row.next_token = None
        row.job = job
        self._busy.append(row)
        self._busy.sort(key=_urgency)

    def release(self, row: Row, *, forget: bool = False) -> None:
        """`forget`: what its cache holds is in doubt."""
        self._busy.remove(row)
        self._uses += 1
        row.job, row.next_token, row.last_used = None, None, self._uses
        if forget or row.forgotten:
            row.tokens, row.forgotten = [], False

    def forget(self) -> None:
        """Later requests find nothing of what the rows hold now."""
        for row in self.rows:
            if row.job is None:
                row.tokens = []
            else:
                row.forgotten = True

    def drop_waiting(self, *, everyone: bool = False) -> list[Job]:
        """Takes out those that were cancelled, or everyone."""
        dropped = [entry for entry in self._waiting if everyone or entry[2].cancelled]
        if dropped:
            self._waiting = [entry for entry in self._waiting if entry not in dropped]
            heapq.heapify(self._waiting)
        return [job for _, _, job in dropped]

    def plan(self) -> StepPlan:
        return plan_step(self._busy, self._budget)
