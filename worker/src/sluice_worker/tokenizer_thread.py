"""Texts and tokens of a backend with a Hugging Face tokenizer, without holding up the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from .backend import ChatPrompt
from .errors import WorkerError
from .hugging_face_tokenizer import HuggingFaceTokenizer

_T = TypeVar("_T")


class TokenizerThread:
    """What a backend inherits: tokenizers change while they encode, so one thread does all of it."""

    def __init__(self) -> None:
        self._tokenizer: HuggingFaceTokenizer | None = None
        self._encoder = ThreadPoolExecutor(1, thread_name_prefix="sluice-tokenizer")

    @property
    def tokenizer(self) -> HuggingFaceTokenizer:
        if self._tokenizer is None:
            raise WorkerError("ENGINE_FAILED", "the model is not loaded")
        return self._tokenizer

    def use_tokenizer(self, tokenizer: HuggingFaceTokenizer) -> None:
        self._tokenizer = tokenizer

    async def encode_chat(self, chat: ChatPrompt) -> list[int]:
        return await self._encode(lambda tokenizer: tokenizer.encode_chat(chat))

    async def encode_text(self, text: str, add_special_tokens: bool) -> list[int]:
        return await self._encode(
            lambda tokenizer: tokenizer.encode_text(text, add_special_tokens=add_special_tokens)
        )

    async def decode(self, tokens: Sequence[int], skip_special_tokens: bool) -> str:
        return await self._encode(
            lambda tokenizer: tokenizer.decode(tokens, skip_special_tokens=skip_special_tokens)
        )

    def token_bytes(self, token: int) -> bytes:
        return self.tokenizer.token_bytes(token)

    def close_tokenizer(self) -> None:
        self._tokenizer = None
        self._encoder.shutdown(wait=False)

    async def _encode(self, work: Callable[[HuggingFaceTokenizer], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._encoder, work, self.tokenizer)
