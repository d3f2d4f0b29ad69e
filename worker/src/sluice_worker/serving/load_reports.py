"""What the worker is doing now, for GetLoad and WatchLoad."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator

from ..backend import BackendLoad
from ..contract import messages as wire
from ..decoding.checks import assert_between
from .model_state import ModelState
from .process_memory import available_bytes, resident_bytes
from .running_calls import RunningCalls
from .timestamps import encode_timestamp
from .worker_identity import WorkerIdentity

_DEFAULT_INTERVAL_MS = 500
_LONGEST_INTERVAL_MS = 3_600_000


class LoadReports:
    def __init__(self, identity: WorkerIdentity, model: ModelState, calls: RunningCalls) -> None:
        self._identity = identity
        self._model = model
        self._calls = calls

    def report(self, sequence: int) -> wire.LoadReport:
        model = self._model
        load = model.loaded.backend.load_now() if model.loaded and model.state == "ready" else None
        return wire.LoadReport(
            worker_id=self._identity.worker_id,
            instance_id=self._identity.instance_id,
            sequence=sequence,
            observed_at=encode_timestamp(time.time()),
            models=[] if load is None else [self._encode(load)],
            memory_used_bytes=resident_bytes(),
            memory_free_bytes=(load.memory_free if load else 0) or available_bytes(),
            draining=model.draining or model.withdrawn,
        )

    async def watch(self, request: wire.WatchLoadRequest) -> AsyncGenerator[wire.LoadReport, None]:
        """Reports keep to the clock: a slow reader gets fewer, not older ones."""
        interval_ms = request.interval_ms or _DEFAULT_INTERVAL_MS
        assert_between("interval_ms", interval_ms, 20, _LONGEST_INTERVAL_MS)
        sequence = 0
        while not self._model.stopped:
            sequence += 1
            yield self.report(sequence)
            await self._pause(interval_ms / 1000)

    async def _pause(self, seconds: float) -> None:
        """Ends early where the worker stops."""
        deadline = time.monotonic() + seconds
        while not self._model.stopped and (rest := deadline - time.monotonic()) > 0:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._model.changed.wait(), rest)

    def _encode(self, load: BackendLoad) -> wire.ModelLoad:
        return wire.ModelLoad(
            model=self._model.id,
            running_requests=load.running,
            # What the server has taken and the backend has not seen yet waits too.
            waiting_requests=max(load.waiting, self._calls.choices - load.running),
            max_running_requests=load.slots,
            used_kv_tokens=load.used_kv_tokens,
            max_kv_tokens=load.max_kv_tokens,
            step_age_ms=round(load.step_age_seconds * 1000),
            steps_total=load.steps,
            prefill_tokens_total=load.prefill_tokens,
            cached_tokens_total=load.cached_tokens,
            decode_tokens_total=load.decode_tokens,
            cancelled_requests_total=load.cancelled,
            steps_by_batch_size=load.steps_by_batch_size,
        )
