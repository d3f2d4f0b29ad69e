"""A backend without a model: it says its prompt, or what a test tells it to, one character per step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from sluice_worker.backend import (
    BackendLoad,
    ChatPrompt,
    Device,
    Event,
    Finish,
    Generation,
    Logprob,
    ModelDescription,
    Prefill,
    TextDelta,
)
from sluice_worker.errors import WorkerError

VOCABULARY_SIZE = 0x110000
END = 0


@dataclass
class EchoBackend:
    """Tokens are code points. Its surface is that of a real backend; what a test can turn stands below."""

    slots: int = 4
    context_length: int = 200
    #: What answers say; None: the prompt again and again, until the tokens are used up.
    answer: str | None = None
    chat_template: str = "{{ messages }} {{ tools }}"
    features: Sequence[str] = ("chat", "complete", "embed", "logprobs")
    name: str = "echo"
    version: str = "1"
    #: Generations stop in front of each token until it is set.
    may_go: asyncio.Event = field(default_factory=asyncio.Event)
    #: Loading waits for it.
    may_load: asyncio.Event = field(default_factory=asyncio.Event)
    load_error: Exception | None = None
    #: Raised after this many tokens.
    fail_after: int | None = None
    failure: WorkerError | None = None
    running: int = 0
    waiting: int = 0
    cancelled: int = 0
    closed: bool = False
    generations: list[Generation] = field(default_factory=list)
    chats: list[ChatPrompt] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.may_go.set()
        self.may_load.set()
        self._rows = asyncio.Semaphore(self.slots)

    async def load(self, progress: Callable[[float, str], None]) -> ModelDescription:
        progress(0.5, "loading the weights")
        await self.may_load.wait()
        if self.load_error is not None:
            raise self.load_error
        return ModelDescription(
            source="echo",
            architecture="echo",
            context_length=self.context_length,
            trained_context_length=self.context_length,
            vocabulary_size=VOCABULARY_SIZE,
            dtype="float32",
            parameters=7,
            size_bytes=28,
            has_chat_template=bool(self.chat_template),
            embedding_dimensions=4,
            eos_token_ids=[END],
            chat_template=self.chat_template,
        )

    def devices(self) -> list[Device]:
        return [Device("cpu", "a test's", memory_total=10, memory_free=5)]

    async def encode_chat(self, chat: ChatPrompt) -> list[int]:
        self.chats.append(chat)
        text = "".join(f"{message['role']}:{message['content']}\n" for message in chat.messages)
        return [ord(character) for character in text]

    async def encode_text(self, text: str, add_special_tokens: bool) -> list[int]:
        return [*([1] if add_special_tokens else []), *(ord(character) for character in text)]

    async def decode(self, tokens: Sequence[int], skip_special_tokens: bool) -> str:
        return "".join(chr(token) for token in tokens if not (skip_special_tokens and token < 2))

    def token_bytes(self, token: int) -> bytes:
        return chr(token).encode()

    async def generate(self, generation: Generation) -> AsyncIterator[Event]:
        self.generations.append(generation)
        self.waiting += 1
        try:
            await self._rows.acquire()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.waiting -= 1
        self.running += 1
        finished = False
        try:
            async for event in self._say(generation):
                finished = isinstance(event, Finish)
                yield event
        finally:
            # As a real row, which is free after the step in flight.
            await asyncio.sleep(0.01 if not finished else 0)
            self.running -= 1
            self.cancelled += not finished
            self._rows.release()

    async def _say(self, generation: Generation) -> AsyncIterator[Event]:
        prompt = generation.prompt
        yield Prefill(len(prompt), len(prompt))
        ends = self.answer is not None
        text = self.answer if self.answer is not None else "".join(map(chr, prompt))
        count = 0
        while count < generation.max_tokens and not (ends and count == len(text)):
            await asyncio.sleep(0)
            await self.may_go.wait()
            if count == self.fail_after:
                raise RuntimeError("the echo broke\nsecond line")
            character = text[count % len(text)]
            yield TextDelta(character, [ord(character)], self._logprobs(generation, character))
            count += 1
        reason = "stop" if ends and count == len(text) else "length"
        count += reason == "stop"
        stop_token = END if reason == "stop" else None
        yield Finish(reason, len(prompt), 3, count, 0.001, 0.002, 0.003, stop_token=stop_token)

    def _logprobs(self, generation: Generation, character: str) -> Sequence[Logprob]:
        if generation.top_logprobs is None:
            return ()
        top = [Logprob(ord("?"), -1.5, b"?")] * generation.top_logprobs
        return [Logprob(ord(character), -0.5, character.encode(), top)]

    async def embed(self, inputs: Sequence[Sequence[int]]) -> list[list[float]]:
        await self.may_go.wait()
        return [[float(len(tokens)), 4.0, 0.0, 0.0] for tokens in inputs]

    def load_now(self) -> BackendLoad:
        return BackendLoad(
            running=self.running,
            waiting=self.waiting,
            slots=self.slots,
            used_kv_tokens=11,
            max_kv_tokens=800,
            step_age_seconds=0.25 if self.running else 0.0,
            steps=5,
            prefill_tokens=6,
            cached_tokens=7,
            decode_tokens=8,
            cancelled=self.cancelled,
            steps_by_batch_size={1: 4, 2: 1},
            memory_free=99,
        )

    async def close(self) -> None:
        self.closed = True
