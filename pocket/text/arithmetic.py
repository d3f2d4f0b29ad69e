"""Sums: every pair from 0 to 20 often, larger numbers and small products now and then."""

import random

from pocket.text.document import Turn, assistant, user
from pocket.text.grammar import pick, spin
from pocket.text.phrasing import roughen

WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
).split()

_SYMBOL = "[What is|What's|Calculate|Compute|How much is|Solve|] {a} {sign} {b}"
_PLUS = (
    "[What is|What's|How much is|Calculate|] {a} plus {b}",
    "[Add|Please add|Can you add] {a} and {b}",
    "[What is|Tell me] the sum of {a} and {b}",
    "[How much is|What do you get if you add] {a} and {b}",
)
_MINUS = (
    "[What is|What's|How much is|Calculate|] {a} minus {b}",
    "[Subtract|Take|Please subtract] {b} from {a}",
    "[What is the difference between|What is the difference of] {a} and {b}",
    "[What is|How much is] {a} take away {b}",
)
_TIMES = (
    "[What is|How much is|Calculate|] {a} times {b}",
    "[What is|] {a} * {b}",
    "[Multiply] {a} by {b}",
)
_THINGS = "apples books coins marbles pencils shells stamps cookies oranges balls".split()


def _number(rng: random.Random) -> int:
    return int(rng.random() * 21)


def _pair(rng: random.Random, largest: int = 20) -> tuple[int, int]:
    if rng.random() < 0.06:
        return int(rng.random() * 51), int(rng.random() * 51)
    return int(rng.random() * (largest + 1)), int(rng.random() * (largest + 1))


def _asked(rng: random.Random, text: str) -> str:
    text = text.strip()
    mark = (
        "."
        if text.startswith(("Add", "Sub", "Take", "Calc", "Comp", "Solve", "Mult", "Please", "Tell"))
        else "?"
    )
    asked = text[:1].upper() + text[1:] + mark
    return roughen(rng, asked if rng.random() < 0.85 else text)


def addition(rng: random.Random) -> list[Turn]:
    a, b = _pair(rng)
    if rng.random() < 0.5:
        tight = rng.random() < 0.3
        sign = "+" if tight else " + "
        text = spin(rng, _SYMBOL, {"a": a, "sign": "+", "b": b}).replace(" + ", sign)
        if rng.random() < 0.12:
            text = text.strip() + (" =" if not tight else "=")
        return [user(_asked(rng, text)), assistant(f"{a} + {b} = {a + b}.")]
    text = spin(rng, pick(rng, _PLUS), {"a": a, "b": b})
    return [user(_asked(rng, text)), assistant(f"{a} plus {b} is {a + b}.")]


def subtraction(rng: random.Random) -> list[Turn]:
    a, b = _pair(rng)
    if b > a and rng.random() < 0.5:
        a, b = b, a
    if rng.random() < 0.5:
        tight = rng.random() < 0.3
        text = spin(rng, _SYMBOL, {"a": a, "sign": "-", "b": b})
        text = text.replace(" - ", "-") if tight else text
        if rng.random() < 0.12:
            text = text.strip() + (" =" if not tight else "=")
        return [user(_asked(rng, text)), assistant(f"{a} - {b} = {a - b}.")]
    text = spin(rng, pick(rng, _MINUS), {"a": a, "b": b})
    return [user(_asked(rng, text)), assistant(f"{a} minus {b} is {a - b}.")]


def multiplication(rng: random.Random) -> list[Turn]:
    a, b = int(rng.random() * 11), int(rng.random() * 11)
    text = spin(rng, pick(rng, _TIMES), {"a": a, "b": b})
    return [user(_asked(rng, text)), assistant(f"{a} times {b} is {a * b}.")]


def in_words(rng: random.Random) -> list[Turn]:
    a, b = int(rng.random() * 11), int(rng.random() * 11)
    if rng.random() < 0.5:
        text = f"What is {WORDS[a]} plus {WORDS[b]}"
        return [user(_asked(rng, text)), assistant(f"{a} plus {b} is {a + b}.")]
    a, b = max(a, b), min(a, b)
    text = f"What is {WORDS[a]} minus {WORDS[b]}"
    return [user(_asked(rng, text)), assistant(f"{a} minus {b} is {a - b}.")]


def word_problem(rng: random.Random) -> list[Turn]:
    a, b = int(rng.random() * 12) + 3, int(rng.random() * 11) + 2
    thing = pick(rng, _THINGS)
    if rng.random() < 0.5:
        text = f"I have {a} {thing} and [get|buy|find] {b} more. How many {thing} do I have?"
        return [user(roughen(rng, spin(rng, text))), assistant(f"You have {a} + {b} = {a + b} {thing}.")]
    a, b = max(a, b) + 1, min(a, b)
    text = f"I have {a} {thing} and [lose|give away|sell] {b}. How many {thing} are left?"
    left = a - b
    tail = thing if left != 1 else thing[:-1]
    return [user(roughen(rng, spin(rng, text))), assistant(f"You have {a} - {b} = {left} {tail} left.")]


def comparison(rng: random.Random) -> list[Turn]:
    a, b = _number(rng), _number(rng)
    if a == b:
        b = a + 1
    bigger = rng.random() < 0.6
    word = "bigger" if bigger else "smaller"
    text = f"[Which [number |]is {word}, {a} or {b}?|Which is {word}: {a} or {b}?]"
    winner, loser = (max(a, b), min(a, b)) if bigger else (min(a, b), max(a, b))
    return [user(roughen(rng, spin(rng, text))), assistant(f"{winner} is {word} than {loser}.")]


def arithmetic_exchange(rng: random.Random) -> list[Turn]:
    chance = rng.random()
    if chance < 0.48:
        return addition(rng)
    if chance < 0.82:
        return subtraction(rng)
    if chance < 0.88:
        return word_problem(rng)
    if chance < 0.92:
        return comparison(rng)
    if chance < 0.96:
        return in_words(rng)
    return multiplication(rng)
