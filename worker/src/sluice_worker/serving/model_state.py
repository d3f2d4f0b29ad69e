"""The one model of this worker and where it stands: loading, ready, draining, failed."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Literal

from ..backend import Backend, ModelDescription
from ..errors import WorkerError

State = Literal["loading", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class LoadStep:
    """Of the whole load, 0 to 1."""

    fraction: float
    text: str


class ModelState:
    """Lives on one event loop."""

    def __init__(self, model_id: str, aliases: tuple[str, ...], backend: Backend) -> None:
        self.id = model_id
        self.aliases = aliases
        self.backend = backend
        self.state: State = "loading"
        #: Takes no new requests, for good.
        self.draining = False
        #: Health says so already, and requests are still taken.
        self.withdrawn = False
        self.step = LoadStep(0.0, "starting")
        self.failure: WorkerError | None = None
        #: Seconds since the epoch.
        self.loaded_at: float | None = None
        self._description: ModelDescription | None = None
        #: Nobody is to wait for further changes.
        self.stopped = False
        #: Set at the next change; then there is a new one.
        self.changed = asyncio.Event()

    @property
    def is_serving(self) -> bool:
        return self.state == "ready" and not self.draining and not self.withdrawn

    @property
    def description(self) -> ModelDescription | None:
        return self._description

    def progress(self, step: LoadStep) -> None:
        self.step = step
        self._tell()

    def ready(self, description: ModelDescription) -> None:
        self._description = description
        self.state = "ready"
        self.loaded_at = time.time()
        self._tell()

    def fail(self, error: WorkerError) -> None:
        self.failure = error
        self.state = "failed"
        self._tell()

    def withdraw(self) -> None:
        self.withdrawn = True
        self._tell()

    def drain(self) -> None:
        self.draining = True
        self._tell()

    def stop(self) -> None:
        self.stopped = True
        self._tell()

    def require(self) -> ModelDescription:
        """The model's description; raises why it takes no request now."""
        if self.draining:
            raise WorkerError("DRAINING", "this worker is draining and takes no new requests")
        if self.failure is not None:
            raise WorkerError("ENGINE_FAILED", f"the model {self.id} failed: {self.failure.message}")
        if self._description is None:
            percent = round(self.step.fraction * 100)
            message = f"the model {self.id} is still loading ({percent} %: {self.step.text})"
            raise WorkerError("LOADING", message, retry_after_ms=1000)
        return self._description

    def _tell(self) -> None:
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()
