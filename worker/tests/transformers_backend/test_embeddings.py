"""Mean pooled vectors: the same in a batch and alone, of causal models and of encoders, beside generation."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModel, BertConfig, BertModel

from sluice_worker.errors import WorkerError
from sluice_worker.transformers_backend import TransformersBackend

from .answers import answer, greedy
from .conftest import MakeBackend
from .test_lifecycle import start
from .tiny_models import copy_tokenizer, save_random


def inputs() -> list[list[int]]:
    choices = random.Random(4)
    lengths = [1, 2, 3, 5, 8, 13, 40, 90, 90, 200, 33, 7]
    return [[choices.randrange(3, 2048) for _ in range(length)] for length in lengths]


def mean_pooled(model: Any, tokens: list[int]) -> torch.Tensor:
    with torch.inference_mode():
        return model(input_ids=torch.tensor([tokens])).last_hidden_state[0].mean(0)


def assert_equal(found: list[list[float]], expected: list[torch.Tensor]) -> None:
    torch.testing.assert_close(torch.tensor(found), torch.stack(expected), atol=1e-5, rtol=1e-5)


async def test_in_a_batch_as_alone(backend: TransformersBackend, reference: Any) -> None:
    expected = [mean_pooled(reference.model, tokens) for tokens in inputs()]
    assert_equal(await backend.embed(inputs()), expected)
    assert_equal([(await backend.embed([tokens]))[0] for tokens in inputs()], expected)


def test_sliding_windows(make_backend: MakeBackend, tmp_path: Path) -> None:
    model = save_random(tmp_path, "mistral", sliding_window=8)
    backend = make_backend(model=str(tmp_path))
    expected = [mean_pooled(model.model, tokens) for tokens in inputs()]
    assert_equal(asyncio.run(backend.embed(inputs())), expected)


def test_an_encoder(make_backend: MakeBackend, tmp_path: Path) -> None:
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=2048, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        initializer_range=0.3,
    )  # fmt: skip
    BertModel(config).save_pretrained(tmp_path)
    copy_tokenizer(tmp_path)
    backend = make_backend(model=str(tmp_path))
    assert backend.features == ("embed",)
    expected = [mean_pooled(AutoModel.from_pretrained(tmp_path).eval(), tokens) for tokens in inputs()]
    assert_equal(asyncio.run(backend.embed(inputs())), expected)
    with pytest.raises(WorkerError, match="generates nothing") as caught:
        asyncio.run(answer(backend, greedy([5], 1)))
    assert caught.value.reason == "UNSUPPORTED_FEATURE"


async def test_generation_goes_on_beside_a_large_batch(
    backend: TransformersBackend, prompts: list[list[int]]
) -> None:
    """Each step embeds at most its budget of tokens, so a decode lies between any two such batches."""
    expected = (await answer(backend, greedy(prompts[0], 60, ignore_eos=True))).tokens
    reader = await start(backend, greedy(prompts[1], 900, ignore_eos=True))
    before = backend.load_now().steps
    many = [tokens * 2 for tokens in inputs() if len(tokens) > 30] * 8
    batches = sum(map(len, many)) // 512
    embedding = asyncio.ensure_future(backend.embed(many))
    found = await answer(backend, greedy(prompts[0], 60, ignore_eos=True))
    vectors = await embedding
    assert backend.load_now().steps - before >= batches
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)
    assert found.tokens == expected
    torch.testing.assert_close(torch.tensor(vectors[:5]), torch.tensor(vectors[5:10]), atol=1e-5, rtol=1e-5)


async def test_leaving_an_embedding_leaves_the_engine_free(backend: TransformersBackend) -> None:
    task = asyncio.ensure_future(backend.embed([tokens * 3 for tokens in inputs()] * 20))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len((await backend.embed([[5, 6]]))[0]) == 256


async def test_nothing_to_embed(backend: TransformersBackend) -> None:
    assert await backend.embed([]) == []
    with pytest.raises(WorkerError, match="no tokens"):
        await backend.embed([[5], []])


def test_closing_ends_an_embedding(make_backend: MakeBackend) -> None:
    backend = make_backend()

    async def scenario() -> None:
        task = asyncio.ensure_future(backend.embed([tokens * 3 for tokens in inputs()] * 40))
        await asyncio.sleep(0)
        await backend.close()
        with pytest.raises(WorkerError, match="unloaded"):
            await task

    asyncio.run(scenario())
