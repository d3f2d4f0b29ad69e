"""Loss per category on documents whose seed the trainer never uses."""

import random

import torch
from tokenizers import Tokenizer

from pocket.model import IGNORED_TARGET, Pocket
from pocket.packing import encode
from pocket.shape import POCKET
from pocket.text.registry import CATEGORIES, document

SEED = 900_000_001
DOCUMENTS = 40


@torch.no_grad()
def held_out_losses(network: Pocket, tokenizer: Tokenizer) -> dict[str, float]:
    training = network.training
    network.eval()
    losses: dict[str, float] = {}
    every_sum, every_count = 0.0, 0
    for offset, category in enumerate(CATEGORIES):
        rng = random.Random(SEED + offset)
        drawn = [document(rng, category) for _ in range(DOCUMENTS)]
        total, count = 0.0, 0
        for tokens, targets in encode(tokenizer, drawn):
            tokens, targets = tokens[: POCKET.context], targets[: POCKET.context]
            learned = sum(target != IGNORED_TARGET for target in targets[1:])
            loss = network.loss(torch.tensor([tokens[:-1]]), torch.tensor([targets[1:]]))
            total += loss.item() * learned
            count += learned
        losses[category] = total / count
        every_sum += total
        every_count += count
    losses["all"] = every_sum / every_count
    network.train(training)
    return losses
