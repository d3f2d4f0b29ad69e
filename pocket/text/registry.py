"""The one list of categories: how often each is drawn and how exchanges become documents."""

import random
from collections.abc import Callable, Iterator

from pocket.text import dialogue
from pocket.text.about_self import ABOUT
from pocket.text.arithmetic import arithmetic_exchange
from pocket.text.copying import copying_exchange
from pocket.text.document import Document, Turn, system
from pocket.text.fact_questions import fact_exchange
from pocket.text.grammar import pick
from pocket.text.personas import NEUTRAL, persona_document
from pocket.text.sluice_chat_commands import CHAT_COMMANDS
from pocket.text.sluice_commands import COMMANDS
from pocket.text.sluice_terms import API, TERMS
from pocket.text.small_talk import GREETINGS
from pocket.text.story_requests import (
    long_story_exchange,
    sentence_story_exchange,
    story_exchange,
    story_prose,
)
from pocket.text.tool_use import tool_document
from pocket.text.topic import topic_exchange
from pocket.text.unknown import unknown_exchange

Exchange = Callable[[random.Random], list[Turn]]


def sluice_exchange(rng: random.Random) -> list[Turn]:
    chance = rng.random()
    if chance < 0.52:
        return topic_exchange(rng, pick(rng, COMMANDS))
    if chance < 0.66:
        return topic_exchange(rng, pick(rng, CHAT_COMMANDS))
    if chance < 0.74:
        return topic_exchange(rng, pick(rng, API))
    return topic_exchange(rng, pick(rng, TERMS))


def small_talk_exchange(rng: random.Random) -> list[Turn]:
    chance = rng.random()
    if chance < 0.42:
        return topic_exchange(rng, pick(rng, GREETINGS))
    if chance < 0.78:
        return topic_exchange(rng, pick(rng, ABOUT))
    if chance < 0.90:
        return dialogue.jokes(rng)
    if chance < 0.95:
        return dialogue.introduction(rng)
    return dialogue.echo(rng)


def any_story_exchange(rng: random.Random) -> list[Turn]:
    chance = rng.random()
    if chance < 0.08:
        return sentence_story_exchange(rng)
    if chance < 0.13:
        return long_story_exchange(rng)
    return story_exchange(rng)


# Weights count documents. Stories are long, so fewer documents still give a third of all tokens.
SINGLE: dict[str, tuple[Exchange, float]] = {
    "stories": (any_story_exchange, 0.15),
    "sluice": (sluice_exchange, 0.26),
    "small talk": (small_talk_exchange, 0.12),
    "arithmetic": (arithmetic_exchange, 0.36),
    "facts": (fact_exchange, 0.17),
    "unknown": (unknown_exchange, 0.08),
    "copying": (copying_exchange, 0.07),
}
_DIALOGUE_WEIGHT = 0.06
_PERSONA_WEIGHT = 0.07
_TOOL_WEIGHT = 0.028
_PROSE_WEIGHT = 0.022
CATEGORIES = (*SINGLE, "dialogue", "personas", "tools", "prose")
_WEIGHTS = (
    *(weight for _, weight in SINGLE.values()),
    _DIALOGUE_WEIGHT,
    _PERSONA_WEIGHT,
    _TOOL_WEIGHT,
    _PROSE_WEIGHT,
)


def _any_exchange(rng: random.Random) -> list[Turn]:
    """Conversations mix everything, but rarely a second long story."""
    names = ("stories", "sluice", "small talk", "arithmetic", "facts", "unknown")
    (name,) = rng.choices(names, (0.10, 0.28, 0.26, 0.18, 0.12, 0.06))
    return SINGLE[name][0](rng)


def _with_system(rng: random.Random, turns: list[Turn]) -> tuple[Turn, ...]:
    if rng.random() < 0.2:
        turns = [system(pick(rng, NEUTRAL)), *turns]
    return tuple(turns)


def dialogue_document(rng: random.Random) -> Document:
    chance = rng.random()
    if chance < 0.05:
        turns = dialogue.unknown_name(rng)
    elif chance < 0.42:
        between = _any_exchange(rng) if rng.random() < 0.6 else []
        turns = dialogue.remembered(rng, between)
    else:
        turns = _any_exchange(rng)
        for _ in range(1 + int(rng.random() * 4)):
            turns += _any_exchange(rng)
    return Document("dialogue", _with_system(rng, turns))


def document(rng: random.Random, category: str | None = None) -> Document:
    chosen = category or rng.choices(CATEGORIES, _WEIGHTS)[0]
    if chosen == "dialogue":
        return dialogue_document(rng)
    if chosen == "personas":
        return persona_document(rng)
    if chosen == "tools":
        return tool_document(rng)
    if chosen == "prose":
        return story_prose(rng)
    exchange, _ = SINGLE[chosen]
    return Document(chosen, _with_system(rng, exchange(rng)))


def documents(seed: int) -> Iterator[Document]:
    rng = random.Random(seed)
    while True:
        yield document(rng)
