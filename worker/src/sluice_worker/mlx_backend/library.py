"""What is used of mlx-lm's surface. It is imported here and nowhere else."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..hugging_face_tokenizer import Tokenizer

#: Of `mlx.core`, whose arrays flow through without being named here.
Array = Any
Sampler = Callable[[Array], Array]
#: Takes the tokens so far, prompt and answer, and logits of one row; gives logits.
LogitsProcessor = Callable[[Array, Array], Array]


class Detokenizer(Protocol):
    #: The text since it was last read.
    last_segment: str

    def add_token(self, token: int) -> None: ...
    def finalize(self) -> None: ...


class MlxTokenizer(Tokenizer, Protocol):
    """`TokenizerWrapper`."""

    #: A new one at each access.
    detokenizer: Detokenizer
    eos_token_ids: set[int]


class PromptResponse(Protocol):
    uid: int
    #: Tokens that are processed, and all.
    progress: tuple[int, int]


class TokenResponse(Protocol):
    uid: int
    token: int
    logprobs: Array
    #: stop, length.
    finish_reason: str | None


class BatchGenerator(Protocol):
    def insert(
        self,
        prompts: list[list[int]],
        *,
        max_tokens: list[int],
        samplers: list[Sampler | None],
        logits_processors: list[list[LogitsProcessor]],
        stop_sequences: list[object],
    ) -> list[int]: ...

    def remove(self, uids: list[int]) -> object: ...
    def next(self) -> tuple[Sequence[PromptResponse], Sequence[TokenResponse]]: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Library:
    version: str
    #: The module `mlx.core`.
    core: Any
    #: `mlx_lm.load`.
    load: Callable[..., tuple[Any, MlxTokenizer, dict[str, Any]]]
    batch_generator: Callable[..., BatchGenerator]
    #: `StopSequences`.
    stop_sequences: Callable[[Sequence[Sequence[int]]], object]
    #: The module `mlx_lm.sample_utils`.
    sampling: Any
    #: `mlx.utils.tree_flatten`.
    tree_flatten: Callable[[Any], list[tuple[str, Array]]]


def import_library() -> Library:
    mlx_lm = importlib.import_module("mlx_lm")
    generate = importlib.import_module("mlx_lm.generate")
    return Library(
        version=mlx_lm.__version__,
        core=importlib.import_module("mlx.core"),
        load=mlx_lm.load,
        batch_generator=generate.BatchGenerator,
        stop_sequences=generate.StopSequences,
        sampling=importlib.import_module("mlx_lm.sample_utils"),
        tree_flatten=importlib.import_module("mlx.utils").tree_flatten,
    )
