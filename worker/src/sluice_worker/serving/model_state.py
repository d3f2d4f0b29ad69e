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


@dataclass(frozen=True, slots=True)
class LoadedModel:
    backend: Backend
    description: ModelDescription


class ModelState:
    """Lives on one event loop."""

    def __init__(self, model_id: str, aliases: tuple[str, ...]) -> None:
        self.id = model_id
        self.aliases = aliases
        self.state: State = "loading"
        #: Takes no new requests, for good.
        self.draining = False
        #: Health says so already, and requests are still taken.
        self.withdrawn = False
        self.step = LoadStep(0.0, "starting")
        self.failure: WorkerError | None = None
        #: Seconds since the epoch.
        self.loaded_at: float | None = None
        #: Set while and after it is ready.
        self.loaded: LoadedModel | None = None
        #: Nobody is to wait for further changes.
        self.stopped = False
        #: Set at the next change; then there is a new one.
        self.changed = asyncio.Event()

    @property
    def is_serving(self) -> bool:
        return self.state == "ready" and not self.draining and not self.withdrawn

    def progress(self, step: LoadStep) -> None:
        self.step = step
        self._tell()

    def ready(self, backend: Backend, description: ModelDescription) -> None:
        self.loaded = LoadedModel(backend, description)
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

    def require(self) -> LoadedModel:
        """The model; raises why it takes no request now."""
        if self.draining:
            raise WorkerError("DRAINING", "this worker is draining and takes no new requests")
        if self.failure is not None:
            raise WorkerError("ENGINE_FAILED", f"the model {self.id} failed: {self.failure.message}")
        if self.loaded is None:
            percent = round(self.step.fraction * 100)
            message = f"the model {self.id} is still loading ({percent} %: {self.step.text})"
            raise WorkerError("LOADING", message, retry_after_ms=1000)
        return self.loaded

    def _tell(self) -> None:
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()
