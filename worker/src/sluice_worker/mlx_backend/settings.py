"""What a user can choose about the MLX backend."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MlxSettings:
    model: str
    revision: str | None = None
    #: Tokens per request, prompt and answer together. 0: the model's own.
    context_length: int = 0
    #: Requests that generate at the same time.
    parallel: int = 16
    #: Most prompt tokens of one request in one step.
    batch_tokens: int = 2048
    trust_remote_code: bool = False
