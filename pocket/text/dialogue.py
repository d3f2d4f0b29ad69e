"""Conversations whose later turns need the earlier ones."""

import random

from pocket.text.document import Turn, assistant, user
from pocket.text.grammar import pick, sentence_case, spin
from pocket.text.phrasing import roughen
from pocket.text.small_talk import JOKE_REQUESTS, JOKES
from pocket.text.story_names import BOYS, GIRLS
from pocket.text.tool_use import CITIES

_COLOURS = "red blue green yellow orange purple pink brown black white".split()
_PETS = "dog cat rabbit horse parrot hamster turtle goat".split()


def _fact_about_user(rng: random.Random) -> tuple[str, str, str, str]:
    chance = rng.random()
    if chance < 0.6:
        name = pick(rng, GIRLS + BOYS)
        said = f"[My name is {name}|I am {name}|I'm {name}|Hello, my name is {name}|Hi, I am {name}|Call me {name}]."
        return (
            said,
            f"[Nice to meet you, {name}!|Hello, {name}! How can I help you?]",
            "[What is my name|What's my name|Do you know my name|Who am I|Do you remember my name|What was my name]?",
            f"[Your name is {name}.|You are {name}.]",
        )
    if chance < 0.75:
        city = pick(rng, CITIES)
        return (
            f"I live in {city}.",
            f"[{city} must be a nice place.|That sounds nice!]",
            "[Where do I live|In which city do I live]?",
            f"You live in {city}.",
        )
    if chance < 0.9:
        colour = pick(rng, _COLOURS)
        return (
            f"My favourite colour is {colour}.",
            f"[{sentence_case(colour)} is a beautiful colour.|I like {colour} too.]",
            "[What is my favourite colour|Which colour do I like]?",
            f"Your favourite colour is {colour}.",
        )
    pet = pick(rng, _PETS)
    name = pick(rng, GIRLS + BOYS)
    return (
        f"I have a {pet} named {name}.",
        f"[{name} is a nice name for a {pet}!|I would like to meet {name}.]",
        f"[What is the name of my {pet}|What is my {pet} called]?",
        f"Your {pet} is called {name}.",
    )


def remembered(rng: random.Random, between: list[Turn]) -> list[Turn]:
    said, reply, question, answer = _fact_about_user(rng)
    return [
        user(roughen(rng, spin(rng, said))),
        assistant(spin(rng, reply)),
        *between,
        user(roughen(rng, spin(rng, question))),
        assistant(spin(rng, answer)),
    ]


def introduction(rng: random.Random) -> list[Turn]:
    said, reply, _, _ = _fact_about_user(rng)
    return [user(roughen(rng, spin(rng, said))), assistant(spin(rng, reply))]


def unknown_name(rng: random.Random) -> list[Turn]:
    question = "[What is my name|What's my name|Do you know my name|Who am I]?"
    return [user(roughen(rng, spin(rng, question))), assistant("I do not know your name yet. What is it?")]


def jokes(rng: random.Random) -> list[Turn]:
    first, second = rng.sample(JOKES, 2)
    turns = [user(roughen(rng, spin(rng, JOKE_REQUESTS) + ".")), assistant(first)]
    if rng.random() < 0.2:
        turns += [
            user(
                roughen(
                    rng, spin(rng, "[Another one|One more|Another joke|Again|More] [|please]").strip() + "."
                )
            ),
            assistant(second),
        ]
    if rng.random() < 0.1:
        turns += [
            user(spin(rng, "[Haha|Very funny|That was funny|Good one|Lol]!")),
            assistant("I am glad you liked it!"),
        ]
    return turns


def echo(rng: random.Random) -> list[Turn]:
    words = (
        "hello",
        "banana",
        "sluice",
        "good morning",
        "the moon is high",
        "blue",
        "I like trees",
        "one two three",
        "pocket",
        "apple",
        "the cat sleeps",
        "yes",
        "water",
        "OK",
        "ready",
    )
    word = pick(rng, words)
    question = f"[Say {word}|Repeat: {word}|Say the word {word}|Please say {word}|Repeat after me: {word}|Reply with {word}]."
    return [user(roughen(rng, spin(rng, question))), assistant(sentence_case(word) + ".")]
