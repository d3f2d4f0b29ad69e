"""Greedy text is the same alone, in company, cut into pieces, and as transformers itself generates it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sluice_worker.backend import Generation
from sluice_worker.transformers_backend import TransformersBackend

from .answers import answer, answers, greedy
from .conftest import MakeBackend, generate_plainly

TOKENS = 64


@pytest.fixture(scope="module")
def expected(reference: Any, prompts: list[list[int]]) -> list[list[int]]:
    return [generate_plainly(reference, prompt, TOKENS) for prompt in prompts]


def endless(prompt: list[int]) -> Generation:
    return greedy(prompt, TOKENS, ignore_eos=True)


async def test_alone_as_generate(
    backend: TransformersBackend, prompts: list[list[int]], expected: list[list[int]]
) -> None:
    found = [(await answer(backend, endless(prompt))).tokens for prompt in prompts]
    assert found == expected


async def test_in_company_as_generate(
    backend: TransformersBackend, prompts: list[list[int]], expected: list[list[int]]
) -> None:
    before = backend.load_now().steps_by_batch_size.get(16, 0)
    found = await answers(backend, [endless(prompt) for prompt in prompts])
    assert [one.tokens for one in found] == expected
    assert backend.load_now().steps_by_batch_size[16] > before


async def test_text_is_the_tokens_decoded(backend: TransformersBackend, prompts: list[list[int]]) -> None:
    for found in await answers(backend, [greedy(prompt, TOKENS) for prompt in prompts]):
        assert found.text == await backend.decode(found.tokens, skip_special_tokens=True)


@pytest.mark.parametrize("budget", [1, 7, 64])
def test_prompts_cut_into_pieces(
    make_backend: MakeBackend, prompts: list[list[int]], expected: list[list[int]], budget: int
) -> None:
    small = make_backend(batch_tokens=budget, parallel=4)
    found = asyncio.run(answers(small, [endless(prompt) for prompt in prompts[:8]]))
    assert [one.tokens for one in found] == expected[:8]


async def test_long_and_short_rows_together(
    backend: TransformersBackend, reference: Any, prompts: list[list[int]]
) -> None:
    """Rows beyond 512 tokens attend by themselves; one crosses that border while it decodes."""
    story = (prompts[0] * 60)[:1000]
    mixed = [story[:700], prompts[1], story[:505], prompts[2], story[:300]]
    expected = [generate_plainly(reference, prompt, 20) for prompt in mixed]
    found = await answers(backend, [greedy(prompt, 20, ignore_eos=True) for prompt in mixed])
    assert [one.tokens for one in found] == expected


async def test_the_whole_context_can_be_used(backend: TransformersBackend, prompts: list[list[int]]) -> None:
    prompt = (prompts[0] * 60)[:1020]
    found = await answer(backend, greedy(prompt, 4, ignore_eos=True))
    assert (found.end.completion_tokens, found.end.reason) == (4, "length")


def test_plain_attention_gives_the_same(
    make_backend: MakeBackend, prompts: list[list[int]], expected: list[list[int]]
) -> None:
    eager = make_backend(attention="eager", parallel=8)
    found = asyncio.run(answers(eager, [endless(prompt) for prompt in prompts[:8]]))
    assert [one.tokens for one in found] == expected[:8]
