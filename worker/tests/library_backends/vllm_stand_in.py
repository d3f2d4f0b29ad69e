"""Stands in for the documented surface of vLLM: AsyncLLM, its outputs, its parameters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from sluice_worker.vllm_backend.library import Library

from .letters import LetterTokenizer


@dataclass
class Params:
    """SamplingParams and its like: keeps what it was given."""

    given: dict[str, Any]

    @classmethod
    def make(cls, **given: Any) -> Params:
        return cls(given)


@dataclass
class Output:
    text: str
    token_ids: Sequence[int]
    logprobs: Any = None
    finish_reason: str | None = None
    stop_reason: int | str | None = None


@dataclass
class Request:
    outputs: list[Output]
    num_cached_tokens: int | None = None
    metrics: object | None = None
    finished: bool = False


@dataclass
class AsyncLLM:
    """Says what `script` tells it, one output per step; without one it says "a" for ever."""

    arguments: Params
    stat_loggers: Sequence[type]
    script: list[Output] | None = None
    runner: str = "generate"
    errored: bool = False
    prompts: list[tuple[Mapping[str, object], Params, int]] = field(default_factory=list)
    aborted: int = 0
    resettable: bool = True
    resets: int = 0
    shut_down: bool = False
    logger: Any = None

    def __post_init__(self) -> None:
        self.vllm_config = SimpleNamespace(
            model_config=SimpleNamespace(
                runner_type=self.runner,
                model="/m",
                max_model_len=128,
                dtype="torch.bfloat16",
                quantization=None,
                hf_text_config=SimpleNamespace(
                    model_type="llama", eos_token_id=[3, 4], max_position_embeddings=256
                ),
                get_vocab_size=lambda: 1000,
                get_hidden_size=lambda: 2,
            ),
            cache_config=SimpleNamespace(num_gpu_blocks=10, block_size=16),
            scheduler_config=SimpleNamespace(max_num_seqs=7),
        )
        (logger,) = self.stat_loggers
        self.logger = logger(self.vllm_config, 0)

    def get_tokenizer(self) -> LetterTokenizer:
        return LetterTokenizer()

    async def generate(
        self, prompt: Mapping[str, object], sampling_params: Params, request_id: str, *, priority: int
    ) -> AsyncIterator[Request]:
        self.prompts.append((prompt, sampling_params, priority))
        if sampling_params.given["max_tokens"] == 99:
            raise ValueError("max_tokens is too large")
        try:
            for output in self.script if self.script is not None else _for_ever():
                await asyncio.sleep(0)
                metrics = SimpleNamespace(
                    queued_ts=1.0, scheduled_ts=1.5, first_token_ts=2.5, last_token_ts=5.0
                )
                yield Request([output], 2, metrics, output.finish_reason is not None)
        except (asyncio.CancelledError, GeneratorExit):
            self.aborted += 1
            raise

    async def encode(
        self, prompt: Mapping[str, object], pooling_params: Params, request_id: str
    ) -> AsyncIterator[object]:
        assert pooling_params.given == {"task": "embed", "use_activation": False}
        tokens = prompt["prompt_token_ids"]
        assert isinstance(tokens, list)
        yield SimpleNamespace(outputs=SimpleNamespace(data=SimpleNamespace(tolist=lambda: [len(tokens), 1])))

    async def reset_prefix_cache(self) -> bool:
        self.resets += 1
        return self.resettable

    def shutdown(self) -> None:
        self.shut_down = True


def _for_ever():
    while True:
        yield Output("a", [97])


def library(error: Exception | None = None, **engine: Any) -> Library:
    """`error`: what making the engine raises."""

    def create(arguments: Params, stat_loggers: Sequence[type]) -> AsyncLLM:
        if error is not None:
            raise error
        return AsyncLLM(arguments, stat_loggers, **engine)

    return Library(
        version="0.33.0",
        engine_arguments=Params.make,
        argument_names=frozenset({"model", "max_model_len", "gpu_memory_utilization"}),
        create_engine=create,
        sampling_params=Params.make,
        structured_outputs=Params.make,
        pooling_params=Params.make,
        delta="delta",
        stat_logger=object,
    )
