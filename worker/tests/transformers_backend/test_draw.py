"""Draws against the distributions that transformers' own warpers leave."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import MinPLogitsWarper, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from sluice_worker.transformers_backend.draw import Filters, draw_filtered, draw_plain, pick

_DRAWS = 4000
CASES: list[dict[str, Any]] = [
    {"temperature": 0.7},
    {"top_k": 5},
    {"top_k": 1},
    {"top_p": 0.8},
    {"top_p": 1e-6},
    {"min_p": 0.1},
    {"temperature": 1.7, "top_k": 20, "top_p": 0.9, "min_p": 0.02},
    {"temperature": 0.3, "top_k": 50, "top_p": 0.5},
]


def filters(rows: int, size: int, **settings: Any) -> Filters:
    def column(name: str, default: float, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        return torch.full((rows, 1), settings.get(name, default), dtype=dtype)

    top_k = settings.get("top_k", size)
    return Filters(
        column("temperature", 1.0),
        column("top_k", size, torch.long),
        column("top_p", 1.0),
        column("min_p", 0.0),
        top_k,
    )


def warped(logits: torch.Tensor, **settings: Any) -> torch.Tensor:
    warpers: list[tuple[str, Any]] = [
        ("temperature", TemperatureLogitsWarper),
        ("top_k", TopKLogitsWarper),
        ("top_p", TopPLogitsWarper),
        ("min_p", MinPLogitsWarper),
    ]
    for name, warper in warpers:
        if name in settings:
            logits = warper(settings[name])(torch.tensor([[0]]), logits)
    return logits.softmax(-1)


def even_draws() -> torch.Tensor:
    """Evenly spread, so that how often a token is picked is its probability, up to one draw."""
    return (torch.arange(_DRAWS)[:, None] + 0.5) / _DRAWS


@pytest.mark.parametrize("settings", CASES)
@pytest.mark.parametrize("size", [60, 700])
def test_tokens_come_as_often_as_they_are_likely(settings: dict[str, Any], size: int) -> None:
    logits = torch.randn(1, size, generator=torch.Generator().manual_seed(4)) * 3
    expected = warped(logits, **settings)[0]
    many = logits.expand(_DRAWS, size).contiguous()
    if settings.keys() == {"temperature"}:
        found = draw_plain(many, torch.full((_DRAWS, 1), settings["temperature"]), even_draws())
    else:
        found = draw_filtered(many, filters(_DRAWS, size, **settings), even_draws())
    frequencies = torch.bincount(found, minlength=size) / _DRAWS
    assert (frequencies - expected).abs().max() <= 2 / _DRAWS
    assert not frequencies[expected == 0].any()


def test_filters_that_reach_far_into_the_vocabulary() -> None:
    size = 6000
    logits = torch.randn(1, size, generator=torch.Generator().manual_seed(4)) * 0.1
    for settings in ({"top_p": 0.6}, {"top_p": 0.99}, {"min_p": 0.5}, {"top_k": 5000, "top_p": 0.9}):
        kept = int((warped(logits, **settings) > 0).sum())
        assert kept > 256
        draws = torch.tensor([[0.0], [1 - 2.0**-23]])
        first, last = draw_filtered(logits.expand(2, size), filters(2, size, **settings), draws).tolist()
        ranks = logits[0].argsort(descending=True).tolist()
        assert ranks.index(first) == 0
        assert abs(ranks.index(last) - (kept - 1)) <= 1


def test_rows_do_not_change_each_other() -> None:
    logits = torch.randn(3, 900, generator=torch.Generator().manual_seed(1))
    draws = torch.tensor([[0.2], [0.5], [0.9]])
    together = Filters(
        temperature=torch.tensor([[1.0], [0.5], [2.0]]),
        top_k=torch.tensor([[900], [3], [400]]),
        top_p=torch.tensor([[0.9], [1.0], [1.0]]),
        min_p=torch.tensor([[0.0], [0.0], [0.01]]),
        widest_top_k=900,
    )
    alone = [
        Filters(*(column[row : row + 1] for column in columns), widest_top_k=widest)
        for row, widest in enumerate((900, 3, 400))
        for columns in [(together.temperature, together.top_k, together.top_p, together.min_p)]
    ]
    expected = [
        int(draw_filtered(logits[row : row + 1], one, draws[row : row + 1])) for row, one in enumerate(alone)
    ]
    assert draw_filtered(logits, together, draws).tolist() == expected


def test_nothing_of_weight_zero_is_picked() -> None:
    weights = torch.tensor([[0.0, 0.3, 0.0, 0.1, 0.0]])
    for draw in (0.0, 0.749, 0.751, 1 - 2.0**-23):
        assert int(pick(weights, torch.tensor([[draw]]))) == (1 if draw < 0.75 else 3)
