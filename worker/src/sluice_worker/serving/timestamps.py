"""Moments in the contract's form."""

from __future__ import annotations

from ..contract import messages as wire


def encode_timestamp(seconds: float) -> wire.Timestamp:
    """Of seconds since the epoch."""
    whole = int(seconds)
    return wire.Timestamp(seconds=whole, nanos=int((seconds - whole) * 1e9))
