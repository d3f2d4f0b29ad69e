"""Saying words again: useful by itself, and the skill behind keeping a name through a story."""

import random

from pocket.text import story_names
from pocket.text.document import Turn, assistant, user
from pocket.text.grammar import pick, spin
from pocket.text.phrasing import roughen
from pocket.text.story_cast import any_subject, invented_word

_REQUESTS = (
    "[Repeat|Repeat after me|Say|Please repeat|Please say|Say this|Copy this|Write this again|Echo]: {words}",
    "[Repeat the words|Say the words|Repeat these words|Say]: {words}",
    '[Repeat|Say|Please say] "{words}"',
)
_NAMES = tuple(story_names.GIRLS + story_names.BOYS + story_names.MACHINES)


def _word(rng: random.Random) -> str:
    chance = rng.random()
    if chance < 0.35:
        return any_subject(rng).noun
    if chance < 0.55:
        return pick(rng, _NAMES)
    if chance < 0.70:
        return pick(rng, story_names.ADJECTIVES)
    if chance < 0.85:
        return str(int(rng.random() * 100))
    return invented_word(rng)


def copying_exchange(rng: random.Random) -> list[Turn]:
    words = " ".join(_word(rng) for _ in range(1 + int(rng.random() * 8)))
    request = spin(rng, pick(rng, _REQUESTS)).replace("{words}", words)
    if rng.random() < 0.1:
        request = roughen(rng, request.replace(words, "{words}")).replace("{words}", words)
    return [user(request), assistant(words)]
