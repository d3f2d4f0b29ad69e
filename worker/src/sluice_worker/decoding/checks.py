"""What is wrong with a value, in words that name the field, the value and what it may be."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping

from ..errors import WorkerError


def invalid(field: str, message: str) -> WorkerError:
    """`field` is a path such as `sampling.top_p`; callers know it by its last part."""
    return WorkerError("INVALID_REQUEST", f"{field} {message}", param=field.rpartition(".")[2])


def unsupported(field: str, message: str = "is not supported by this worker") -> WorkerError:
    return WorkerError("UNSUPPORTED_PARAMETER", f"{field} {message}", param=field.rpartition(".")[2])


def refuse(given: Mapping[str, object]) -> None:
    """Refuses the first field that is set: nothing is dropped in silence."""
    for field, value in given.items():
        if value:
            raise unsupported(field)


def assert_between(
    field: str, value: float, least: float, most: float = math.inf, *, above_least: bool = False
) -> None:
    """`above_least`: the lower bound itself is not allowed."""
    fits = least < value <= most if above_least else least <= value <= most
    if fits and math.isfinite(value):
        return
    lower = f"above {least:g}" if above_least else f"at least {least:g}"
    upper = "" if most == math.inf else f" and at most {most:g}"
    raise invalid(field, f"is {value:g}; it must be {lower}{upper}")


def assert_tokens(field: str, tokens: Iterable[int], vocabulary_size: int) -> None:
    """A backend may not survive a token id outside of its vocabulary. A size of 0 is unknown."""
    if vocabulary_size == 0:
        return
    for token in tokens:
        if token >= vocabulary_size:
            message = (
                f"holds {token}, which is no token of this model: ids go from 0 to {vocabulary_size - 1}"
            )
            raise invalid(field, message)


def read_json_object(field: str, text: str | bytes) -> dict[str, object]:
    """Empty text is an empty object."""
    if not text:
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid(field, f"is no valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise invalid(field, "must be a JSON object")
    return value
