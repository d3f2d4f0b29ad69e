"""The batched sampler: what each row asks for, and nothing of its neighbours."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from transformers import RepetitionPenaltyLogitsProcessor

from sluice_worker.backend import Generation, Sampling
from sluice_worker.transformers_backend.row_sampler import RowSampler
from sluice_worker.transformers_backend.sampler import Request, Sampled, Sampler
from sluice_worker.transformers_backend.vocabulary import Vocabulary

from .tokenizers_of_kinds import byte_level

SIZE = 2048
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(byte_level(), SIZE, (0, 2))


def row_sampler(temperature: float | None = 0, **settings: Any) -> RowSampler:
    fields = {name: settings.pop(name) for name in list(settings) if name in Generation.__dataclass_fields__}
    generation = Generation([1], Sampling(temperature=temperature, **settings), 100, **fields)
    return RowSampler(generation, (0, 2), CPU)


def choose(
    sampler: Sampler, logits: torch.Tensor, rows: list[RowSampler], answered: int = 0
) -> list[Sampled]:
    return sampler.choose(logits.clone(), [Request(index, row, answered) for index, row in enumerate(rows)])


def random_logits(rows: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(rows, SIZE, generator=torch.Generator().manual_seed(seed)) * 3


def test_greedy_takes_the_best_and_of_equals_the_first(vocabulary: Vocabulary) -> None:
    logits = random_logits(2)
    logits[1, [700, 300, 900]] = 50.0
    found = choose(Sampler(2, vocabulary, CPU), logits, [row_sampler(), row_sampler()])
    assert [one.token for one in found] == [int(logits[0].argmax()), 300]


def test_every_kind_of_row_beside_every_other(vocabulary: Vocabulary) -> None:
    settings: list[dict[str, Any]] = [
        {},
        {"temperature": 1.0, "seed": 7},
        {"temperature": 0.8, "top_k": 40, "seed": 7},
        {"temperature": None, "top_p": 0.9, "min_p": 0.05, "seed": 9},
        {"logit_bias": {5: 100.0}},
        {"repetition_penalty": 1.3, "presence_penalty": 0.5},
        {"min_tokens": 3},
        {"temperature": 1.0, "seed": 3, "top_logprobs": 2, "frequency_penalty": 0.2},
    ]
    steps = [random_logits(len(settings), seed) for seed in range(4)]

    def run(chosen: list[int]) -> list[list[int | None]]:
        sampler = Sampler(len(chosen), vocabulary, CPU)
        rows = [row_sampler(**dict(settings[index])) for index in chosen]
        for place, row in enumerate(rows):
            sampler.penalties.start(place, row, [1, 2, 3])
        tokens: list[list[int | None]] = [[] for _ in chosen]
        for answered, logits in enumerate(steps):
            for place, one in enumerate(choose(sampler, logits[chosen], rows, answered)):
                tokens[place].append(one.token)
        return tokens

    everyone = list(range(len(settings)))
    alone = [run([index])[0] for index in everyone]
    assert run(everyone) == alone
    assert run(everyone[::-1]) == alone[::-1]


def test_penalties(vocabulary: Vocabulary) -> None:
    logits = random_logits(1)
    prompt, answer = [10, 11, 12], [20, 20, 21]
    row = row_sampler(presence_penalty=0.7, frequency_penalty=0.4, repetition_penalty=1.5)
    sampler = Sampler(1, vocabulary, CPU)
    sampler.penalties.start(0, row, prompt)
    for token in answer:
        forced = torch.full((1, SIZE), -1.0)
        forced[0, token] = 1e9
        assert choose(sampler, forced, [row])[0].token == token
    repetition: Any = RepetitionPenaltyLogitsProcessor(1.5)
    expected = repetition(torch.tensor([[*prompt, *answer]]), logits.clone())
    expected[0, 20] -= 0.7 + 2 * 0.4
    expected[0, 21] -= 0.7 + 0.4
    edited = logits.clone()
    settings = torch.tensor([0.7, 0.4, 1.5]).view(3, 1, 1)
    sampler.penalties.apply(edited, torch.tensor([0]), torch.tensor([0]), settings)
    torch.testing.assert_close(edited, expected)


def test_a_row_begins_without_what_the_last_request_said(vocabulary: Vocabulary) -> None:
    sampler = Sampler(1, vocabulary, CPU)
    logits = torch.zeros(1, SIZE)
    logits[0, 30], logits[0, 31] = 2.0, 1.5
    for _ in range(2):
        row = row_sampler(presence_penalty=1.0)
        sampler.penalties.start(0, row, [30])
        assert [choose(sampler, logits, [row])[0].token for _ in range(2)] == [30, 31]


def test_bias_bans_and_forces(vocabulary: Vocabulary) -> None:
    logits = random_logits(2)
    best = int(logits[0].argmax())
    rows = [row_sampler(logit_bias={best: -100.0}), row_sampler(temperature=1.0, logit_bias={77: 100.0})]
    found = choose(Sampler(2, vocabulary, CPU), logits, rows)
    assert found[0].token == int(logits[0].topk(2).indices[1])
    assert found[1].token == 77


def test_ends_wait_for_the_least_number_of_tokens(vocabulary: Vocabulary) -> None:
    logits = torch.zeros(1, SIZE)
    logits[0, 2], logits[0, 40], logits[0, 9] = 9.0, 8.0, 7.0
    row = row_sampler(min_tokens=2, stop_token_ids=[40])
    sampler = Sampler(1, vocabulary, CPU)
    assert [choose(sampler, logits, [row], answered)[0].token for answered in range(3)] == [9, 9, 2]


def test_logprobs_are_of_the_model_before_anything_is_done_to_it(vocabulary: Vocabulary) -> None:
    logits = random_logits(2)
    rows = [
        row_sampler(temperature=0.1, seed=1, top_logprobs=3, logit_bias={50: 100.0}, top_k=2),
        row_sampler(top_logprobs=0),
    ]
    found = choose(Sampler(2, vocabulary, CPU), logits, rows)
    raw = logits.log_softmax(-1)
    first, second = found[0].logprob, found[1].logprob
    assert first is not None
    assert second is not None
    assert (first.token, first.logprob) == (50, pytest.approx(float(raw[0, 50]), abs=1e-5))
    values, ids = raw[0].topk(3)
    assert [one.token for one in first.top] == ids.tolist()
    assert [one.logprob for one in first.top] == pytest.approx(values.tolist(), abs=1e-5)
    assert first.token_bytes == vocabulary.token_bytes(50)
    assert not second.top
    assert math.isclose(second.logprob, float(raw[1].max()), abs_tol=1e-5)


def test_no_token_where_the_logits_are_no_numbers(vocabulary: Vocabulary) -> None:
    logits = random_logits(3)
    logits[0] = float("nan")
    logits[1] = float("-inf")
    rows = [row_sampler(), row_sampler(temperature=1.0), row_sampler()]
    found = choose(Sampler(3, vocabulary, CPU), logits, rows)
    assert [one.token for one in found] == [None, None, int(logits[2].argmax())]


def test_draws_are_a_function_of_the_seed() -> None:
    def draws(seed: int | None) -> list[float]:
        row = row_sampler(temperature=1.0, seed=seed)
        return [row.draw() for _ in range(5)]

    assert draws(2**64 - 1) == draws(2**64 - 1)
    assert draws(1) != draws(2)
    assert draws(None) != draws(None)
    assert all(0 <= one < 1 for one in draws(0))
