"""Turns the tables of `facts` into questions and answers."""

import random
from collections.abc import Callable

from pocket.text import facts
from pocket.text.document import Turn, assistant, user
from pocket.text.grammar import pick, sentence_case, spin, with_article
from pocket.text.phrasing import roughen
from pocket.text.topic import punctuated, topic_exchange

Question = Callable[[random.Random], list[Turn]]


def _asked(rng: random.Random, template: str, reply: str) -> list[Turn]:
    text = punctuated(spin(rng, template))
    return [user(roughen(rng, sentence_case(text))), assistant(reply)]


def capital(rng: random.Random) -> list[Turn]:
    template = "[What is the capital of {c}|What's the capital of {c}|Which city is the capital of {c}|Capital of {c}|Tell me the capital of {c}|Name the capital of {c}]"
    if rng.random() < 0.2:
        country = pick(rng, facts.UNKNOWN_CAPITALS)
        reply = f"I am small, and I do not know the capital of {country}."
    else:
        country = pick(rng, tuple(facts.CAPITALS))
        reply = f"The capital of {country} is {facts.CAPITALS[country]}".rstrip(".") + "."
    return _asked(rng, template.replace("{c}", country), reply)


def animal_sound(rng: random.Random) -> list[Turn]:
    animal, sound = pick(rng, tuple(facts.SOUNDS.items()))
    named = with_article(animal)
    template = f"[What sound does {named} make|What does {named} say|Which sound does {named} make|How does {named} sound|What noise does {named} make]"
    return _asked(rng, template, f"{sentence_case(named)} says {sound}.")


def legs(rng: random.Random) -> list[Turn]:
    animal, count = pick(rng, tuple(facts.LEGS.items()))
    reply = f"{sentence_case(animal)} has {count} legs."
    if animal == "an octopus":
        reply = "An octopus has eight arms and no legs."
    return _asked(rng, f"How many legs does {animal} have", reply)


def opposite(rng: random.Random) -> list[Turn]:
    first, second = pick(rng, facts.OPPOSITES).split(":")
    if second not in ("light", "short") and rng.random() < 0.5:
        first, second = second, first
    template = f"[What is the opposite of {first}|What's the opposite of {first}|Opposite of {first}|Tell me the opposite of {first}|Which word is the opposite of {first}]"
    return _asked(rng, template, f"The opposite of {first} is {second}.")


def colour(rng: random.Random) -> list[Turn]:
    thing, shade = pick(rng, tuple(facts.COLOURS.items()))
    word = pick(rng, ("colour", "color"))
    return _asked(rng, f"[What {word} is|Which {word} is] {thing}", f"{sentence_case(thing)} is {shade}.")


def day(rng: random.Random) -> list[Turn]:
    at = int(rng.random() * 7)
    step = pick(rng, (1, -1))
    word = "after" if step == 1 else "before"
    other = facts.DAYS[(at + step) % 7]
    today = facts.DAYS[at]
    template = f"[What day comes {word} {today}|Which day comes {word} {today}|What day is {word} {today}|Which day is {word} {today}]"
    return _asked(rng, template, f"{other} comes {word} {today}.")


def month(rng: random.Random) -> list[Turn]:
    at = int(rng.random() * 12)
    if rng.random() < 0.3:
        ordinals = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
        reply = f"{facts.MONTHS[at]} is the {ordinals[at]} month."
        return _asked(rng, f"[What|Which] is the {ordinals[at]} month of the year", reply)
    step = pick(rng, (1, -1))
    word = "after" if step == 1 else "before"
    other = facts.MONTHS[(at + step) % 12]
    template = f"[What|Which] month [comes|is] {word} {facts.MONTHS[at]}"
    return _asked(rng, template, f"{other} comes {word} {facts.MONTHS[at]}.")


def rhyme(rng: random.Random) -> list[Turn]:
    first, second = pick(rng, tuple(facts.RHYMES.items()))
    template = f"[What rhymes with {first}|Find a rhyme for {first}|Which word rhymes with {first}|Give me a rhyme for {first}|A rhyme for {first}]"
    return _asked(rng, template, f"{sentence_case(first)} rhymes with {second}.")


def baby(rng: random.Random) -> list[Turn]:
    animal, young = pick(rng, tuple(facts.BABIES.items()))
    template = f"[What is a baby {animal} called|What do you call a baby {animal}|What is the name for a baby {animal}]"
    return _asked(rng, template, f"A baby {animal} is called {with_article(young)}.")


def counting(rng: random.Random) -> list[Turn]:
    start = 1 if rng.random() < 0.6 else int(rng.random() * 12)
    end = start + 2 + int(rng.random() * 14)
    if rng.random() < 0.25:
        numbers = ", ".join(str(number) for number in range(end, start - 1, -1))
        return _asked(
            rng, f"[Count down from {end} to {start}|Count backwards from {end} to {start}]", f"{numbers}."
        )
    numbers = ", ".join(str(number) for number in range(start, end + 1))
    template = f"[Count from {start} to {end}|Can you count from {start} to {end}|Please count from {start} to {end}|Write the numbers from {start} to {end}]"
    if start == 1 and rng.random() < 0.4:
        template = f"[Count to {end}|Can you count to {end}|Count up to {end}]"
    return _asked(rng, template, f"{numbers}.")


def letter(rng: random.Random) -> list[Turn]:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    at = int(rng.random() * 25)
    if rng.random() < 0.6:
        return _asked(
            rng,
            f"[Which|What] letter comes after {letters[at]}",
            f"{letters[at + 1]} comes after {letters[at]}.",
        )
    return _asked(
        rng,
        f"[Which|What] letter comes before {letters[at + 1]}",
        f"{letters[at]} comes before {letters[at + 1]}.",
    )


def general(rng: random.Random) -> list[Turn]:
    return topic_exchange(rng, pick(rng, facts.GENERAL))


_QUESTIONS: tuple[tuple[Question, float], ...] = (
    (capital, 0.22),
    (general, 0.34),
    (opposite, 0.12),
    (animal_sound, 0.08),
    (colour, 0.08),
    (counting, 0.20),
    (day, 0.05),
    (month, 0.05),
    (rhyme, 0.04),
    (baby, 0.02),
    (legs, 0.02),
    (letter, 0.02),
)


def fact_exchange(rng: random.Random) -> list[Turn]:
    (question,) = rng.choices([entry for entry, _ in _QUESTIONS], [weight for _, weight in _QUESTIONS])
    return question(rng)
