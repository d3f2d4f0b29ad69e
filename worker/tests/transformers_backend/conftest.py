"""One engine for all tests that do not need settings of their own: loading costs more than generating."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from sluice_worker.transformers_backend import TransformersBackend, TransformersSettings

POCKET = Path(__file__).parents[3] / "pocket" / "hf"

MakeBackend = Callable[..., TransformersBackend]


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def load(**settings: Any) -> TransformersBackend:
    settings.setdefault("model", str(POCKET))
    backend = TransformersBackend(TransformersSettings(**{"device": "cpu", "threads": 1, **settings}))
    asyncio.run(backend.load(lambda fraction, message: None))
    return backend


@pytest.fixture(scope="session")
def backend() -> Iterator[TransformersBackend]:
    """Pocket in float32 with 16 rows."""
    loaded = load()
    yield loaded
    asyncio.run(loaded.close())


@pytest.fixture
def make_backend() -> Iterator[MakeBackend]:
    """Backends with other settings, closed at the test's end. Call it outside of the event loop."""
    made: list[TransformersBackend] = []

    def make(**settings: Any) -> TransformersBackend:
        made.append(load(**settings))
        return made[-1]

    yield make
    for one in made:
        asyncio.run(one.close())


@pytest.fixture(scope="session")
def reference() -> Any:
    """Pocket as transformers alone runs it."""
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(POCKET, dtype=torch.float32).eval()


@pytest.fixture(scope="session")
def prompts(backend: TransformersBackend) -> list[list[int]]:
    """Twenty different ones, of chats, from 17 tokens on."""
    from sluice_worker.backend import ChatPrompt

    subjects = [
        "a baker",
        "the sea",
        "two brothers",
        "a lighthouse",
        "number 7",
        "a red door",
        "winter",
        "a map",
    ]
    texts = [f"Tell me a story about {subject}." for subject in subjects]
    texts += [f"What is {number} plus {number + 3}?" for number in range(6)]
    texts += [
        "hello",
        "Write a poem about the moon.",
        "Grüße aus Köln",
        "Count to ten.",
        "Why?",
        "Name a colour.",
    ]

    async def encode() -> list[list[int]]:
        chats = [ChatPrompt([{"role": "user", "content": text}]) for text in texts]
        return [await backend.encode_chat(chat) for chat in chats]

    return asyncio.run(encode())


def generate_plainly(model: Any, prompt: list[int], max_tokens: int) -> list[int]:
    """`model.generate` with its defaults, greedy, without an end."""
    ids = torch.tensor([prompt])
    with torch.inference_mode():
        output = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=max_tokens,
            do_sample=False,
            eos_token_id=None,
            pad_token_id=0,
        )
    return output[0, len(prompt) :].tolist()
