"""What is used of vLLM's documented surface. It is imported here and nowhere else."""

from __future__ import annotations

import importlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

from ..hugging_face_tokenizer import Tokenizer


class TokenLogprob(Protocol):
    logprob: float
    rank: int | None


class CompletionOutput(Protocol):
    """Of `RequestOutputKind.DELTA`: what is new."""

    text: str
    token_ids: Sequence[int]
    logprobs: Sequence[Mapping[int, TokenLogprob]] | None
    #: stop, length, abort, error, repetition.
    finish_reason: str | None
    #: The stop string or stop token; None: the end of generation.
    stop_reason: int | str | None


class RequestOutput(Protocol):
    outputs: Sequence[CompletionOutput]
    num_cached_tokens: int | None
    #: `RequestStateStats`, where statistics are on.
    metrics: object | None
    finished: bool


class PoolingOutput(Protocol):
    """`data` is a tensor of one dimension."""

    data: Any


class PoolingRequestOutput(Protocol):
    outputs: PoolingOutput


class Engine(Protocol):
    """`AsyncLLM`."""

    #: `VllmConfig`.
    vllm_config: Any
    errored: bool

    def generate(
        self, prompt: Mapping[str, object], sampling_params: object, request_id: str, *, priority: int
    ) -> AsyncGenerator[RequestOutput, None]: ...

    def encode(
        self, prompt: Mapping[str, object], pooling_params: object, request_id: str
    ) -> AsyncGenerator[PoolingRequestOutput, None]: ...

    async def reset_prefix_cache(self) -> bool | None:
        """False: not while requests hold blocks of it."""
        ...

    def get_tokenizer(self) -> Tokenizer: ...
    def shutdown(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Library:
    version: str
    #: `AsyncEngineArgs`, and the names of its fields.
    engine_arguments: Callable[..., object]
    argument_names: frozenset[str]
    create_engine: Callable[..., Engine]
    sampling_params: Callable[..., object]
    structured_outputs: Callable[..., object]
    pooling_params: Callable[..., object]
    #: `RequestOutputKind.DELTA`.
    delta: object
    #: `StatLoggerBase`.
    stat_logger: type


def import_library() -> Library:
    """Takes seconds: it imports torch."""
    vllm = importlib.import_module("vllm")
    sampling = importlib.import_module("vllm.sampling_params")
    loggers = importlib.import_module("vllm.v1.metrics.loggers")
    return Library(
        version=vllm.__version__,
        engine_arguments=vllm.AsyncEngineArgs,
        argument_names=frozenset(field.name for field in fields(vllm.AsyncEngineArgs)),
        create_engine=vllm.AsyncLLMEngine.from_engine_args,
        sampling_params=vllm.SamplingParams,
        structured_outputs=sampling.StructuredOutputsParams,
        pooling_params=vllm.PoolingParams,
        delta=sampling.RequestOutputKind.DELTA,
        stat_logger=loggers.StatLoggerBase,
    )
