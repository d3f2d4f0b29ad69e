"""Ends this process when its parent has gone, however it died: a model must not outlive its user."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import NoReturn

_POLL_SECONDS = 2.0
_PR_SET_PDEATHSIG = 1


def follow_parent(clean_up: Callable[[], None]) -> None:
    """`clean_up` must not wait: the event loop may be stuck. Standard input belongs to this now."""
    parent = os.getppid()
    _ask_kernel()
    for watch in (_watch_input, lambda: _watch_parent(parent)):
        threading.Thread(target=_run, args=(watch, clean_up), name="sluice-parent", daemon=True).start()


def end_now(clean_up: Callable[[], None], code: int) -> NoReturn:
    """Without waiting for threads: one may be in the middle of a step."""
    with contextlib.suppress(Exception):
        clean_up()
    os._exit(code)


def _run(watch: Callable[[], None], clean_up: Callable[[], None]) -> NoReturn:
    watch()
    end_now(clean_up, 0)


def _watch_input() -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)


def _ask_kernel() -> None:
    """Linux does it even where all our threads are stuck in native code that holds Python's lock."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
