"""Who this worker is."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class WorkerIdentity:
    #: Stable across restarts, unique in a cluster.
    worker_id: str
    labels: dict[str, str] = field(default_factory=dict)
    #: New on every start.
    instance_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    #: Seconds since the epoch.
    started_at: float = field(default_factory=time.time)
