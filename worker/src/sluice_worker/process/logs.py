"""Logs on standard error: lines of JSON for programs, plain ones for a terminal."""

from __future__ import annotations

import json
import logging
import os
import sys
import time

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}
_NAMES = {logging.WARNING: "warn", logging.CRITICAL: "fatal"}
#: What every record has; the rest came with `extra`.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def set_up_logs(level: str, log_format: str) -> None:
    """Other libraries' chatter begins at warnings."""
    is_plain = log_format == "plain" or (log_format == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_PlainFormatter() if is_plain else _JsonFormatter())
    logging.basicConfig(level=max(_LEVELS[level], logging.WARNING), handlers=[handler], force=True)
    logging.getLogger("sluice_worker").setLevel(_LEVELS[level])
    logging.captureWarnings(True)


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "level": _NAMES.get(record.levelno, record.levelname.lower()),
            "time": round(record.created * 1000),
            "pid": os.getpid(),
            "name": record.name,
        }
        entry.update({key: value for key, value in vars(record).items() if key not in _STANDARD})
        entry["msg"] = record.getMessage()
        if record.exc_info:
            entry["err"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


class _PlainFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        level = _NAMES.get(record.levelno, record.levelname.lower())
        text = f"{clock} {level:5} {record.getMessage()}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text
