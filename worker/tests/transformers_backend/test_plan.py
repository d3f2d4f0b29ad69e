"""What a step holds."""

from __future__ import annotations

from typing import Any

from sluice_worker.transformers_backend.plan import StepPlan, plan_step
from sluice_worker.transformers_backend.rows import Row


class Asked:
    def __init__(self, prompt: list[int]) -> None:
        self.prompt = prompt


def reading(index: int, prompt: int, done: int = 0) -> Row:
    job: Any = Asked(list(range(prompt)))
    return Row(index, list(range(done)), job)


def decoding(index: int) -> Row:
    row = reading(index, 3, 3)
    row.next_token = 9
    return row


def shape(plan: StepPlan) -> list[tuple[int, list[int], bool]]:
    return [(part.row.index, list(part.tokens), part.last) for part in plan.parts]


def test_decoding_rows_take_part_in_the_order_of_the_cache() -> None:
    plan = plan_step([decoding(5), decoding(1), decoding(3)], 100)
    assert [row.index for row in plan.decoding] == [1, 3, 5]
    assert plan.sampling == list(plan.decoding)


def test_prompts_share_what_decoding_leaves_of_the_budget() -> None:
    plan = plan_step([decoding(0), reading(2, 4, 1), reading(1, 9), reading(3, 2)], 8)
    assert shape(plan) == [(2, [1, 2, 3], True), (1, [0, 1, 2, 3], False)]
    assert [row.index for row in plan.sampling] == [0, 2]


def test_a_prompt_moves_on_however_many_rows_decode() -> None:
    plan = plan_step([*map(decoding, range(4)), reading(4, 10, 2)], 4)
    assert shape(plan) == [(4, [2], False)]
