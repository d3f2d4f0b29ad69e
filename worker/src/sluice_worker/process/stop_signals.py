"""SIGTERM and SIGINT: the first one asks, the second one ends."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Callable

from .parent_watch import end_now

log = logging.getLogger(__name__)


class StopSignals:
    """`clean_up` runs before the process ends at a second signal."""

    def __init__(self, clean_up: Callable[[], None]) -> None:
        self._clean_up = clean_up
        self._loop = asyncio.get_running_loop()
        self.asked = asyncio.Event()
        names = ("SIGTERM", "SIGINT", "SIGHUP")
        for number in (getattr(signal, name) for name in names if hasattr(signal, name)):
            if sys.platform == "win32":
                signal.signal(number, lambda got, _: self._loop.call_soon_threadsafe(self._take, got))
            else:
                self._loop.add_signal_handler(number, self._take, number)

    def _take(self, number: int) -> None:
        name = signal.Signals(number).name
        if self.asked.is_set():
            log.warning("%s again: ending at once", name)
            end_now(self._clean_up, 128 + number)
        log.info("%s: stopping", name)
        self.asked.set()
