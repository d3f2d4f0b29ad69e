"""Greedy and sampled decoding with the plain network, for checks only: simple, not fast."""

import torch
from tokenizers import Tokenizer
from torch import Tensor

from pocket.model import Pocket
from pocket.shape import POCKET
from pocket.text.document import END_OF_TEXT, TURN_END, Turn, assistant, user
from pocket.tokenizer_training import token_number

Conversation = list[Turn]


def prompt_text(turns: Conversation) -> str:
    written = "".join(f"<|im_start|>{turn.role}\n{turn.content}{TURN_END}\n" for turn in turns)
    return f"{written}<|im_start|>assistant\n"


class Decoder:
    def __init__(self, network: Pocket, tokenizer: Tokenizer) -> None:
        self.network = network
        self.tokenizer = tokenizer
        self.ends = {token_number(tokenizer, TURN_END), token_number(tokenizer, END_OF_TEXT)}

    def _next(self, logits: Tensor, temperature: float, generator: torch.Generator) -> Tensor:
        if temperature == 0.0:
            return logits.argmax(-1)
        chances = (logits / temperature).softmax(-1)
        return torch.multinomial(chances, 1, generator=generator).squeeze(-1)

    @torch.no_grad()
    def _complete(
        self, rows: list[list[int]], most: int, temperature: float, generator: torch.Generator
    ) -> list[tuple[list[int], bool]]:
        """Rows of one length, decoded together; returns the new tokens and whether each ended."""
        tokens = torch.tensor(rows)
        start = tokens.shape[1]
        open_rows = torch.ones(len(rows), dtype=torch.bool)
        ends = torch.tensor(sorted(self.ends))
        for _ in range(min(most, POCKET.context - start)):
            states = self.network.states(tokens)[:, -1]
            logits = states @ self.network.model.embed_tokens.weight.T
            chosen = self._next(logits, temperature, generator)
            tokens = torch.cat((tokens, chosen[:, None]), dim=1)
            open_rows &= ~torch.isin(chosen, ends)
            if not open_rows.any():
                break
        return [self._until_end(row[start:].tolist()) for row in tokens]

    def _until_end(self, tokens: list[int]) -> tuple[list[int], bool]:
        for at, token in enumerate(tokens):
            if token in self.ends:
                return tokens[:at], True
        return tokens, False

    def complete(
        self, prompts: list[str], most: int = 400, temperature: float = 0.0, seed: int = 0
    ) -> list[tuple[str, bool]]:
        generator = torch.Generator().manual_seed(seed)
        encoded = [self.tokenizer.encode(text, add_special_tokens=False).ids for text in prompts]
        answers: dict[int, tuple[str, bool]] = {}
        for length in sorted({len(ids) for ids in encoded}):
            members = [at for at, ids in enumerate(encoded) if len(ids) == length]
            done = self._complete([encoded[at] for at in members], most, temperature, generator)
            for at, (tokens, ended) in zip(members, done, strict=True):
                answers[at] = (self.tokenizer.decode(tokens, skip_special_tokens=False), ended)
        return [answers[at] for at in range(len(prompts))]

    def answer(self, turns: Conversation, temperature: float = 0.0, seed: int = 0) -> tuple[str, bool]:
        return self.complete([prompt_text(turns)], temperature=temperature, seed=seed)[0]

    def converse(self, system_turns: Conversation, questions: list[str]) -> list[tuple[str, bool]]:
        """Asks one question after another, keeping the model's own answers as history."""
        turns = list(system_turns)
        answers: list[tuple[str, bool]] = []
        for question in questions:
            turns.append(user(question))
            text, ended = self.answer(turns)
            turns.append(assistant(text))
            answers.append((text, ended))
        return answers
