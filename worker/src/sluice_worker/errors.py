"""The one error class of the worker. Its reasons are the contract's; see proto/llm/v1/inference.proto."""

from __future__ import annotations

from typing import Literal

Reason = Literal[
    "INVALID_REQUEST",
    "UNSUPPORTED_PARAMETER",
    "UNSUPPORTED_FEATURE",
    "CONTEXT_LENGTH_EXCEEDED",
    "INVALID_MODEL",
    "MODEL_MISMATCH",
    "MODEL_LOADED",
    "QUEUE_FULL",
    "INSUFFICIENT_MEMORY",
    "LOADING",
    "DRAINING",
    "ENGINE_FAILED",
]


class WorkerError(Exception):
    """Ends a call with a gRPC status. The message says what happened, which input, and what to do next."""

    def __init__(
        self,
        reason: Reason,
        message: str,
        *,
        param: str | None = None,
        retry_after_ms: int | None = None,
        details: dict[str, int | str] | None = None,
    ) -> None:
        super().__init__(message)
        self.reason: Reason = reason
        self.message = message
        self.param = param
        self.retry_after_ms = retry_after_ms
        self.details = details or {}
