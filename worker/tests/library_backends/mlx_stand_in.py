"""Stands in for the surface of mlx-lm: BatchGenerator and what is around it, with numpy's arrays."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from sluice_worker.mlx_backend.library import Library

from .letters import END, LetterTokenizer

VOCABULARY = 200


class BatchGenerator:
    """Continues the alphabet from the prompt's last token; `z` is followed by the end of generation."""

    made: list[BatchGenerator]

    def __init__(self, model: object, **options: Any) -> None:
        self.options = options
        self.thread = threading.get_ident()
        self.rows: dict[int, SimpleNamespace] = {}
        self.inserted: list[dict[str, Any]] = []
        self.removed: list[int] = []
        self.closed = False
        self.fails = False
        #: Steps wait for it.
        self.may_step = threading.Event()
        self.may_step.set()

    def insert(self, prompts: list[list[int]], **options: Any) -> list[int]:
        assert threading.get_ident() == self.thread
        if options["max_tokens"][0] <= 0:
            raise ValueError("max_tokens must be > 0")
        uid = len(self.inserted)
        self.inserted.append(options)
        self.rows[uid] = SimpleNamespace(
            context=list(prompts[0]),
            prompt=len(prompts[0]),
            left=options["max_tokens"][0],
            stops={token for (token,) in options["stop_sequences"][0]},
            processors=options["logits_processors"][0],
            sampler=options["samplers"][0] or (lambda logprobs: logprobs.argmax(axis=-1)),
            filled=False,
        )
        return [uid]

    def remove(self, uids: list[int]) -> None:
        for uid in uids:
            self.removed.append(uid)
            self.rows.pop(uid, None)

    def next(self) -> tuple[list[Any], list[Any]]:
        assert threading.get_ident() == self.thread
        self.may_step.wait()
        if self.fails:
            raise RuntimeError("the GPU is gone")
        prompts, tokens = [], []
        for uid, row in list(self.rows.items()):
            if not row.filled:
                row.filled = True
                prompts.append(SimpleNamespace(uid=uid, progress=(row.prompt, row.prompt)))
            else:
                tokens.append(self._step(uid, row))
        return prompts, tokens

    def _step(self, uid: int, row: SimpleNamespace) -> SimpleNamespace:
        logits = np.zeros((1, VOCABULARY))
        last = row.context[-1]
        logits[0, END if last == ord("z") else last + 1] = 5.0
        for process in row.processors:
            logits = process(np.array(row.context), logits)
        logprobs = logits - np.log(np.exp(logits).sum())
        token = int(row.sampler(logprobs)[0])
        row.context.append(token)
        row.left -= 1
        reason = "stop" if token in row.stops else "length" if row.left == 0 else None
        if reason is not None:
            del self.rows[uid]
        return SimpleNamespace(uid=uid, token=token, logprobs=logprobs[0], finish_reason=reason)

    def close(self) -> None:
        self.closed = True


def library(made: list[BatchGenerator], error: Exception | None = None) -> Library:
    """`made` gets the batch generators; `error` is what loading raises."""

    def create(model: object, **options: Any) -> BatchGenerator:
        made.append(BatchGenerator(model, **options))
        return made[-1]

    def load(path: str, **options: Any) -> tuple[Any, LetterTokenizer, dict[str, Any]]:
        if error is not None:
            raise error
        config = {"model_type": "llama", "max_position_embeddings": 64, "vocab_size": VOCABULARY}
        model = SimpleNamespace(parameters=lambda: {"w": np.zeros((2, 3), np.float16)})
        return model, LetterTokenizer(), {**config, "quantization": {"bits": 4}, "dtype": "float16"}

    core = SimpleNamespace(
        array=np.array,
        argpartition=np.argpartition,
        default_device=lambda: "gpu",
        default_stream=lambda device: f"stream of {device}",
        device_info=lambda: {"device_name": "M9", "memory_size": 1000},
        get_active_memory=lambda: 400,
        random=_Random,
    )
    return Library(
        version="0.32",
        core=core,
        load=load,
        batch_generator=create,
        stop_sequences=list,
        sampling=_sampling(),
        tree_flatten=lambda tree: list(tree.items()),
    )


class _Random:
    @staticmethod
    def key(seed: int) -> int:
        return seed

    @staticmethod
    def split(key: int) -> tuple[int, int]:
        return key + 1, key

    @staticmethod
    def categorical(logits: Any, key: int) -> Any:
        """Of the likely ones the one that the key points at."""
        (likely,) = np.nonzero(np.isfinite(logits[0]))
        return likely[[key % len(likely)]]


def _sampling() -> SimpleNamespace:
    """`mlx_lm.sample_utils`, as its docstrings describe it."""

    def top_k(logprobs: Any, k: int) -> Any:
        kept = np.argsort(-logprobs[0])[:k]
        cut = np.full_like(logprobs, -np.inf)
        cut[0, kept] = logprobs[0, kept]
        return cut

    def repetition(penalty: float, context: int) -> Any:
        return lambda tokens, logits: _at(logits, tokens[-context:], lambda chosen: chosen / penalty)

    def presence(penalty: float, context: int) -> Any:
        return lambda tokens, logits: _at(logits, tokens[-context:], lambda chosen: chosen - penalty)

    def bias(logit_bias: dict[int, float]) -> list[Any]:
        tokens, values = np.array(list(logit_bias)), np.array(list(logit_bias.values()))
        return [lambda _, logits: _at(logits, tokens, lambda chosen: chosen + values)]

    return SimpleNamespace(
        make_sampler=lambda **options: lambda logprobs: logprobs.argmax(axis=-1),
        apply_top_k=top_k,
        apply_top_p=lambda logprobs, p: top_k(logprobs, 2),
        apply_min_p=lambda logprobs, p: top_k(logprobs, 3),
        make_logits_processors=bias,
        make_repetition_penalty=repetition,
        make_presence_penalty=presence,
        make_frequency_penalty=presence,
    )


def _at(logits: Any, tokens: Sequence[int], change: Any) -> Any:
    changed = logits.copy()
    changed[:, tokens] = change(changed[:, tokens])
    return changed
