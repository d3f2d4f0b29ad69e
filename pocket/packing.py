"""Packs whole documents into rows of one length, so that no story loses its beginning."""

import random
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice

import torch
from tokenizers import Tokenizer
from torch import Tensor

from pocket.model import IGNORED_TARGET
from pocket.text.document import Document, segments
from pocket.text.registry import documents

BUFFERED_DOCUMENTS = 1024
ROOMY = 128

Sample = tuple[list[int], list[int]]


def encode(tokenizer: Tokenizer, batch: list[Document]) -> list[Sample]:
    """Token ids and, for each, the target: itself where the model should learn it."""
    pieces = [segments(document) for document in batch]
    texts = [text for document in pieces for text, _ in document]
    encoded = iter(tokenizer.encode_batch_fast(texts, add_special_tokens=False))
    samples: list[Sample] = []
    for document in pieces:
        tokens: list[int] = []
        targets: list[int] = []
        for _, learned in document:
            ids = next(encoded).ids
            tokens += ids
            targets += ids if learned else [IGNORED_TARGET] * len(ids)
        samples.append((tokens, targets))
    return samples


class Packer:
    def __init__(self, tokenizer: Tokenizer, seed: int) -> None:
        self.tokenizer = tokenizer
        self.stream = documents(seed)
        self.random = random.Random(seed)
        self.waiting: list[Sample] = []

    def _refill(self) -> None:
        if len(self.waiting) < BUFFERED_DOCUMENTS // 2:
            fresh = encode(self.tokenizer, list(islice(self.stream, BUFFERED_DOCUMENTS)))
            self.waiting = sorted(self.waiting + fresh, key=lambda sample: len(sample[0]))

    def _row(self, room: int) -> Sample:
        """Takes documents of any size while there is room, then the longest that still fits."""
        tokens: list[int] = []
        targets: list[int] = []
        while fitting := self._fitting(room - len(tokens)):
            roomy = room - len(tokens) > ROOMY
            at = self.random.randrange(fitting) if roomy else fitting - 1
            sample = self.waiting.pop(at)
            tokens += sample[0]
            targets += sample[1]
        return tokens, targets

    def _fitting(self, room: int) -> int:
        return bisect_right(self.waiting, room, key=lambda sample: len(sample[0]))

    def batches(self, rows: int, length: int) -> Iterator[tuple[Tensor, Tensor]]:
        while True:
            inputs = torch.zeros((rows, length + 1), dtype=torch.long)
            wanted = torch.full((rows, length + 1), IGNORED_TARGET, dtype=torch.long)
            for row in range(rows):
                self._refill()
                tokens, targets = self._row(length + 1)
                inputs[row, : len(tokens)] = torch.tensor(tokens)
                wanted[row, : len(targets)] = torch.tensor(targets)
            yield inputs[:, :-1], wanted[:, 1:]
            # Documents longer than a row would pile up and never fit.
            del self.waiting[self._fitting(length + 1) :]
