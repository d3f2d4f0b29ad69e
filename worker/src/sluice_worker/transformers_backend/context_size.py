"""How many tokens one request may use: what is asked for, what the model knows, what memory holds."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from ..errors import WorkerError
from .devices import read_memory

#: Of free memory. On the CPU the machine has other uses for it; on CUDA the rest is for activations.
_SHARE = {"cpu": 0.5, "mps": 0.6, "cuda": 0.85}
_DEFAULT = 4096
#: Less is no use for chat; a model that was trained for less is served as it is.
_SMALLEST = 512
_STEP = 256


@dataclass(frozen=True, slots=True)
class KvDemand:
    #: Of one token in one row.
    bytes_per_token: int
    rows: int


def resolve_context(
    requested: int, trained: int, longest_exact: int | None, demand: KvDemand, device: torch.device
) -> int:
    """Tokens. Raises INSUFFICIENT_MEMORY with numbers, INVALID_MODEL where the model has a limit."""
    if longest_exact is not None and requested > longest_exact:
        message = (
            f"with {requested} tokens, one request would change how this model scales the positions of others"
        )
        raise WorkerError("INVALID_MODEL", f"{message}: use a context of at most {longest_exact}")
    known = min(filter(None, (trained or _DEFAULT, longest_exact)))
    _, free = read_memory(device)
    fitting = (
        known if free == 0 else int(free * _SHARE[device.type]) // (demand.rows * demand.bytes_per_token)
    )
    if requested > 0:
        if requested > fitting:
            raise _too_large(requested, demand, free)
        return requested
    if fitting >= known:
        return known
    length = fitting // _STEP * _STEP
    if length < min(_SMALLEST, known):
        raise _too_large(min(_SMALLEST, known), demand, free)
    return length


def _too_large(length: int, demand: KvDemand, free: int) -> WorkerError:
    needed = length * demand.rows * demand.bytes_per_token
    message = f"{demand.rows} requests of {length} tokens take {needed / 1e9:.1f} GB for keys and values"
    return WorkerError(
        "INSUFFICIENT_MEMORY",
        f"{message}, and {free / 1e9:.1f} GB are free: lower context_length or the parallel requests",
        details={"needed_bytes": needed, "free_bytes": free},
    )
