"""The one thread that touches MLX: loads the model, runs the batch, and ends with the model."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..backend import BackendLoad, Event, Finish, Prefill
from ..errors import WorkerError
from .job import Job
from .library import BatchGenerator, Library, MlxTokenizer
from .mailbox import Mailbox
from .sampling import create_processors, create_sampler
from .settings import MlxSettings

log = logging.getLogger(__name__)

#: Prompts that mlx-lm processes side by side.
_PREFILL_ROWS = 8


@dataclass(frozen=True, slots=True)
class Loaded:
    tokenizer: MlxTokenizer
    config: dict[str, Any]
    parameters: int
    size_bytes: int
    device: str
    memory_total: int


class MlxEngine:
    """`submit`, `cancel`, `load_now` and `close` are for the event loop; `run` is the engine's thread."""

    def __init__(self, library: Library, settings: MlxSettings) -> None:
        self._library = library
        self._settings = settings
        self._arrivals: deque[Job] = deque()
        self._jobs: dict[int, Job] = {}
        self._wake = threading.Event()
        self._closing: WorkerError | None = None
        self._batch: BatchGenerator | None = None
        self._ends: frozenset[int] = frozenset()
        self._posts: list[tuple[Mailbox, Event | Exception | None]] = []
        self._last_step = 0.0
        self._steps = self._prefill_tokens = self._decode_tokens = self._cancelled = 0
        self._by_batch_size: dict[int, int] = {}
        self._prompt_done: dict[int, int] = {}
        self._memory_free = 0
        #: Why the thread has ended on its own.
        self.failure: WorkerError | None = None

    def submit(self, job: Job) -> None:
        if self._closing is not None:
            raise self._closing
        if not self._jobs and not self._arrivals:
            self._last_step = time.perf_counter()
        self._arrivals.append(job)
        self._wake.set()

    def cancel(self, job: Job) -> None:
        """Its row is free before the next step; `job.mailbox.released` tells."""
        job.cancelled = True
        self._wake.set()

    def close(self, error: WorkerError) -> None:
        self._closing = self._closing or error
        self._wake.set()

    def load_now(self, context_length: int) -> BackendLoad:
        running = len(self._jobs)
        rows = min(running, self._settings.parallel)
        used = sum(len(job.generation.prompt) + job.completion_tokens for job in list(self._jobs.values()))
        busy = bool(running or self._arrivals)
        return BackendLoad(
            running=rows,
            waiting=running - rows + len(self._arrivals),
            slots=self._settings.parallel,
            used_kv_tokens=used,
            max_kv_tokens=self._settings.parallel * context_length,
            step_age_seconds=time.perf_counter() - self._last_step if busy else 0.0,
            steps=self._steps,
            prefill_tokens=self._prefill_tokens,
            cached_tokens=0,
            decode_tokens=self._decode_tokens,
            cancelled=self._cancelled,
            steps_by_batch_size=dict(self._by_batch_size),
            memory_free=self._memory_free,
        )

    def run(self, loaded: Callable[[Loaded], None]) -> None:
        """The thread's life. Raises what loading raises; afterwards errors go to those who wait."""
        model, result = self._load()
        core, settings = self._library.core, self._settings
        self._ends = frozenset(result.tokenizer.eos_token_ids)
        self._batch = self._library.batch_generator(
            model,
            completion_batch_size=settings.parallel,
            prefill_batch_size=min(_PREFILL_ROWS, settings.parallel),
            prefill_step_size=settings.batch_tokens,
            # Streams belong to threads.
            stream=core.default_stream(core.default_device()),
        )
        loaded(result)
        try:
            while self._closing is None:
                self._turn(self._batch, result.memory_total)
        except Exception as error:
            log.exception("the engine thread failed")
            self.failure = WorkerError("ENGINE_FAILED", f"the engine thread failed: {error}")
            self._closing = self.failure
        finally:
            self._end_everything(self._closing or WorkerError("ENGINE_FAILED", "the engine thread ended"))
            self._batch.close()

    def _load(self) -> tuple[Any, Loaded]:
        settings, core = self._settings, self._library.core
        model, tokenizer, config = self._library.load(
            settings.model,
            return_config=True,
            revision=settings.revision,
            trust_remote_code=settings.trust_remote_code,
        )
        weights = [array for _, array in self._library.tree_flatten(model.parameters())]
        info = core.device_info()
        return model, Loaded(
            tokenizer,
            config,
            parameters=sum(array.size for array in weights),
            size_bytes=sum(array.nbytes for array in weights),
            device=str(info.get("device_name", info.get("architecture", "Apple"))),
            memory_total=int(info.get("memory_size", 0)),
        )

    def _turn(self, batch: BatchGenerator, memory_total: int) -> None:
        self._wake.clear()
        self._drop_cancelled(batch)
        while self._arrivals:
            self._insert(batch, self._arrivals.popleft())
        if self._jobs:
            self._step(batch)
            self._memory_free = max(0, memory_total - self._library.core.get_active_memory())
        self._deliver()
        if not self._jobs and not self._arrivals:
            self._wake.wait()

    def _insert(self, batch: BatchGenerator, job: Job) -> None:
        generation = job.generation
        if job.cancelled:
            self._release(job, cancelled=True)
            return
        ends = [*generation.stop_token_ids, *(() if generation.ignore_eos else self._ends)]
        try:
            (uid,) = batch.insert(
                [list(generation.prompt)],
                max_tokens=[generation.max_tokens],
                samplers=[create_sampler(self._library, generation.sampling)],
                logits_processors=[create_processors(self._library, generation, sorted(self._ends))],
                stop_sequences=[self._library.stop_sequences([(token,) for token in ends])],
            )
        except ValueError as error:
            refusal = WorkerError("INVALID_REQUEST", f"mlx-lm refuses the request: {error}")
            self._posts.append((job.mailbox, refusal))
            self._release(job, cancelled=False)
            return
        self._jobs[uid] = job

    def _drop_cancelled(self, batch: BatchGenerator) -> None:
        for uid in [uid for uid, job in self._jobs.items() if job.cancelled]:
            batch.remove([uid])
            self._release(self._jobs.pop(uid), cancelled=True)

    def _step(self, batch: BatchGenerator) -> None:
        prompts, tokens = batch.next()
        for response in prompts:
            self._note_prompt(response.uid, *response.progress)
        for response in tokens:
            job = self._jobs[response.uid]
            for event in job.accept(self._library, response):
                self._posts.append((job.mailbox, event))
                if isinstance(event, Finish):
                    self._finish(batch, response.uid, ended=response.finish_reason is not None)
        self._steps += 1
        self._decode_tokens += len(tokens)
        if tokens:
            self._by_batch_size[len(tokens)] = self._by_batch_size.get(len(tokens), 0) + 1
        self._last_step = time.perf_counter()

    def _note_prompt(self, uid: int, done: int, total: int) -> None:
        job = self._jobs[uid]
        job.started = job.started or time.perf_counter()
        self._prefill_tokens += done - self._prompt_done.get(uid, 0)
        self._prompt_done[uid] = done
        self._posts.append((job.mailbox, Prefill(done, total)))

    def _finish(self, batch: BatchGenerator, uid: int, *, ended: bool) -> None:
        """`ended`: mlx-lm has let go of the row itself; of stop strings it does not know."""
        if not ended:
            batch.remove([uid])
        self._prompt_done.pop(uid, None)
        self._release(self._jobs.pop(uid), cancelled=False)

    def _release(self, job: Job, *, cancelled: bool) -> None:
        self._cancelled += cancelled
        self._posts.append((job.mailbox, None))

    def _deliver(self) -> None:
        """One callback of the event loop for everything that a step gave."""
        posts, self._posts = self._posts, []
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Mailbox, Event | Exception | None]]] = {}
        for post in posts:
            by_loop.setdefault(post[0].loop, []).append(post)
        for loop, batch in by_loop.items():
            try:
                loop.call_soon_threadsafe(_put_all, batch)
            except RuntimeError:
                log.debug("an event loop closed before %d events were read", len(batch))

    def _end_everything(self, error: WorkerError) -> None:
        for job in [*self._jobs.values(), *self._arrivals]:
            self._posts += [(job.mailbox, error), (job.mailbox, None)]
        self._jobs.clear()
        self._arrivals.clear()
        self._deliver()


def _put_all(posts: list[tuple[Mailbox, Event | Exception | None]]) -> None:
    for mailbox, post in posts:
        if post is None:
            mailbox.released.set()
        else:
            mailbox.put(post)
