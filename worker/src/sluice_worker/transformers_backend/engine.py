"""The thread that owns the model: one loop of steps shared by all requests."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

import torch

from ..backend import BackendLoad, Finish, Prefill
from ..errors import WorkerError
from .counters import Counters
from .embedder import EmbedTask
from .job import Job
from .mailbox import Mailbox, Post, deliver
from .out_of_memory import is_out_of_memory, release_memory
from .plan import PromptPart, StepPlan
from .rows import Row
from .sampler import Request, Sampled
from .scheduler import Scheduler

log = logging.getLogger(__name__)


class Forward(Protocol):
    """What the loop needs of the model; see `ModelRunner`, `Sampler` and `Embedder`."""

    device: torch.device

    def step(self, plan: StepPlan, requests: list[Request]) -> list[Sampled]: ...

    def start_row(self, row: Row, job: Job, source: Row, cached: int) -> None:
        """The row begins with the first `cached` tokens that `source` holds."""
        ...

    def forget_row(self, row: Row) -> None:
        """Its keys and values are in doubt."""
        ...

    def embed(self, task: EmbedTask) -> None:
        """Moves the task on by one bounded batch."""
        ...


class Engine:
    """`submit`, `cancel`, `embed`, `close` and `load` are for the event loop; `run` is the engine thread."""

    def __init__(self, scheduler: Scheduler, max_kv_tokens: int) -> None:
        self._scheduler = scheduler
        self._max_kv_tokens = max_kv_tokens
        self._counters = Counters()
        self._arrivals: deque[Job] = deque()
        self._embeddings: deque[EmbedTask] = deque()
        self._forgets: deque[Callable[[], None]] = deque()
        self._wake = threading.Event()
        self._posts: list[tuple[Mailbox, Post]] = []
        self._some_cancelled = False
        self._closing: WorkerError | None = None
        #: Why the loop has ended by itself: a defect, since what requests do wrong ends only them.
        self.failure: WorkerError | None = None
        self._working = False
        #: When the step in flight could begin: the last one's end, or the arrival that woke the loop.
        self._last_step = 0.0

    def submit(self, job: Job) -> None:
        if self._closing is not None:
            raise self._closing
        self._arrivals.append(job)
        self._wake.set()

    def cancel(self, job: Job) -> None:
        """Its row is free before the next step; `job.mailbox.released` tells."""
        job.cancelled = True
        self._some_cancelled = True
        self._wake.set()

    def embed(self, task: EmbedTask) -> None:
        if self._closing is not None:
            raise self._closing
        self._embeddings.append(task)
        self._wake.set()

    def forget(self, done: Callable[[], None]) -> None:
        """Before the next request gets a row; calls back then, on the engine thread."""
        if self._closing is not None:
            raise self._closing
        self._forgets.append(done)
        self._wake.set()

    def close(self, error: WorkerError) -> None:
        """Ends all requests with `error`, after the step in flight. `run` returns then."""
        if self._closing is None:
            self._closing = error
        self._wake.set()

    def load(self, memory_free: int) -> BackendLoad:
        counters, scheduler = self._counters, self._scheduler
        return BackendLoad(
            running=scheduler.running,
            waiting=scheduler.waiting + len(self._arrivals),
            slots=len(scheduler.rows),
            used_kv_tokens=scheduler.held_tokens,
            max_kv_tokens=self._max_kv_tokens,
            step_age_seconds=time.perf_counter() - self._last_step if self._working else 0.0,
            steps=counters.steps,
            prefill_tokens=counters.prefill_tokens,
            cached_tokens=counters.cached_tokens,
            decode_tokens=counters.decode_tokens,
            cancelled=counters.cancelled,
            steps_by_batch_size=dict(counters.steps_by_batch_size),
            memory_free=memory_free,
        )

    def run(self, forward: Forward) -> None:
        """The engine thread's life, until `close`."""
        try:
            while self._closing is None:
                self._turn(forward)
        except Exception as error:
            log.exception("the engine thread failed")
            self._closing = self.failure = WorkerError(
                "ENGINE_FAILED", f"the engine thread failed: {error}; load the model again"
            )
        finally:
            self._end_everything(self._closing or WorkerError("ENGINE_FAILED", "the engine thread ended"))
            self._working = False

    def _turn(self, forward: Forward) -> None:
        """One step, or one wait where there is nothing to do."""
        self._wake.clear()
        self._take_arrivals()
        self._drop_cancelled()
        self._forget_prompts()
        # Readers work on the last step's events while the next step computes.
        self._deliver()
        self._fill_rows(forward)
        if self._scheduler.busy:
            self._step(forward)
        if self._embeddings:
            self._embed(forward)
        self._last_step = time.perf_counter()
        if not self._scheduler.has_work and not self._embeddings:
            self._deliver()
            self._working = False
            self._wake.wait()
            self._last_step = time.perf_counter()
            self._working = True

    def _take_arrivals(self) -> None:
        while self._arrivals:
            self._scheduler.add(self._arrivals.popleft())

    def _forget_prompts(self) -> None:
        if self._forgets:
            self._scheduler.forget()
        while self._forgets:
            self._forgets.popleft()()

    def _drop_cancelled(self) -> None:
        if not self._some_cancelled:
            return
        self._some_cancelled = False
        cancelled = self._scheduler.drop_waiting()
        for row in list(self._scheduler.busy):
            if row.job is not None and row.job.cancelled:
                cancelled.append(row.job)
                self._scheduler.release(row)
        for job in cancelled:
            self._counters.cancelled += 1
            self._posts.append((job.mailbox, None))

    def _fill_rows(self, forward: Forward) -> None:
        while (found := self._scheduler.next_placement()) is not None:
            job, placement = found
            job.started = time.perf_counter()
            self._scheduler.occupy(job, placement)
            try:
                forward.start_row(placement.row, job, placement.source, placement.cached)
            except Exception as error:
                log.error("a request could not be started", exc_info=error)
                message = f"the request could not be started: {error}"
                self._fail(placement.row, WorkerError("ENGINE_FAILED", message), forget=True)
                continue
            job.cached_tokens = placement.cached
            self._counters.cached_tokens += placement.cached

    def _step(self, forward: Forward) -> None:
        plan = self._scheduler.plan()
        requests = [
            Request(row.index, row.job.sampler, row.job.completion_tokens)
            for row in plan.sampling
            if row.job is not None
        ]
        try:
            sampled = forward.step(plan, requests)
        except Exception as error:
            self._recover(forward, plan, error)
            return
        self._counters.stepped(sum(len(part.tokens) for part in plan.parts), len(sampled))
        for row in plan.decoding:
            if row.next_token is not None:
                row.tokens.append(row.next_token)
        for part in plan.parts:
            self._note_prompt_part(part)
        for row, choice in zip(plan.sampling, sampled, strict=True):
            self._settle(forward, row, choice)

    def _note_prompt_part(self, part: PromptPart) -> None:
        row, job = part.row, part.row.job
        row.tokens.extend(part.tokens)
        if job is not None:
            self._posts.append((job.mailbox, Prefill(len(row.tokens), len(job.prompt))))

    def _settle(self, forward: Forward, row: Row, choice: Sampled) -> None:
        """What one sampled token means for its row."""
        job = row.job
        if job is None:
            return
        if choice.token is None:
            forward.forget_row(row)
            message = "the model left no token to choose from: its logits are no numbers, or all are banned"
            self._fail(row, WorkerError("ENGINE_FAILED", message), forget=True)
            return
        row.next_token = choice.token
        for event in job.accept(choice.token, choice.logprob):
            self._posts.append((job.mailbox, event))
            if isinstance(event, Finish):
                self._release(row)

    def _recover(self, forward: Forward, plan: StepPlan, error: Exception) -> None:
        """Out of memory ends the longest row, and the others try again; all else ends the step's rows."""
        rows = [*plan.decoding, *(part.row for part in plan.parts)]
        if is_out_of_memory(error):
            longest = max(
                rows, key=lambda row: (len(row.tokens), 0.0 if row.job is None else row.job.arrived)
            )
            log.warning("out of memory in a step of %d rows; ending the longest", len(rows))
            message = f"the device ran out of memory with {len(rows)} requests running; this was the longest"
            self._fail(longest, WorkerError("INSUFFICIENT_MEMORY", message), forget=False)
            release_memory(forward.device)
            return
        log.error("a step failed", exc_info=error)
        for row in rows:
            forward.forget_row(row)
            self._fail(row, WorkerError("ENGINE_FAILED", f"the model failed in a step: {error}"), forget=True)

    def _fail(self, row: Row, error: WorkerError, *, forget: bool) -> None:
        if row.job is not None:
            self._posts.append((row.job.mailbox, error))
        self._release(row, forget=forget)

    def _release(self, row: Row, *, forget: bool = False) -> None:
        if row.job is not None:
            self._posts.append((row.job.mailbox, None))
        self._scheduler.release(row, forget=forget)

    def _embed(self, forward: Forward) -> None:
        task = self._embeddings[0]
        try:
            forward.embed(task)
        except Exception as error:
            if is_out_of_memory(error):
                release_memory(forward.device)
            task.fail(error)
        if task.done:
            self._embeddings.popleft()

    def _deliver(self) -> None:
        """One callback of the event loop for everything that a step gave."""
        posts, self._posts = self._posts, []
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Mailbox, Post]]] = {}
        for post in posts:
            by_loop.setdefault(post[0].loop, []).append(post)
        for loop, batch in by_loop.items():
            try:
                loop.call_soon_threadsafe(deliver, batch)
            except RuntimeError:
                # The event loop is closed: nobody is left who could read.
                log.debug("an event loop closed before %d events were read", len(batch))

    def _end_everything(self, error: WorkerError) -> None:
        self._take_arrivals()
        for job in self._scheduler.drop_waiting(everyone=True):
            self._posts += [(job.mailbox, error), (job.mailbox, None)]
        for row in list(self._scheduler.busy):
            self._fail(row, error, forget=True)
        while self._embeddings:
            self._embeddings.popleft().fail(error)
        self._forget_prompts()
        self._deliver()
