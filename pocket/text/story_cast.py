"""Chooses the hero, the friend and every word that must stay the same through a story."""

import random
from dataclasses import dataclass

from pocket.text import story_names as names
from pocket.text.grammar import pick, sentence_case, spin, with_article
from pocket.text.story_frames import ITEMS, SPOTS
from pocket.text.story_subjects import FAVOURITES, FEMALE, HOMES, LOVES, MALE, SUBJECTS, Subject

_PRONOUNS = {
    "she": ("she", "her", "her"),
    "he": ("he", "him", "his"),
    "it": ("it", "it", "its"),
}
_ALL = tuple(subject for subjects in SUBJECTS.values() for subject in subjects)
_COLOURS = frozenset("red blue golden green white black".split())
_UNCOLOURED = tuple(word for word in names.ADJECTIVES if word not in _COLOURS)
_NO_SIZE = frozenset("wind forest road lake island sea rainbow sun".split())


@dataclass(frozen=True)
class Cast:
    subject: Subject
    adjective: str
    values: dict[str, str]

    @property
    def name(self) -> str:
        return self.values["N"]


def any_subject(rng: random.Random) -> Subject:
    return pick(rng, FAVOURITES if rng.random() < 0.4 else _ALL)


def invented_word(rng: random.Random) -> str:
    return "".join(pick(rng, names.SYLLABLES) for _ in range(2 + int(rng.random() * 2)))


def any_adjective(rng: random.Random, subject: Subject) -> str:
    if subject.noun in _NO_SIZE:
        return pick(rng, ("old", "quiet", "lonely", "wise", "gentle", "patient"))
    if subject.kind in ("person", "animal"):
        return pick(rng, _UNCOLOURED)
    return pick(rng, names.ADJECTIVES)


def named_pronoun(rng: random.Random, subject: Subject) -> tuple[str, str]:
    """A name and the pronoun that goes with it."""
    if subject.kind == "still":
        return pick(rng, names.STILL), "it"
    if subject.kind == "machine":
        return pick(rng, names.MACHINES), "it"
    if subject.noun in FEMALE or (subject.noun not in MALE and rng.random() < 0.5):
        return pick(rng, names.GIRLS), "she"
    return pick(rng, names.BOYS), "he"


def _friend(rng: random.Random, taken: str) -> dict[str, str]:
    girl = rng.random() < 0.5
    pool = [name for name in (names.GIRLS if girl else names.BOYS) if name != taken]
    subjective, objective, possessive = _PRONOUNS["she" if girl else "he"]
    helper = pick(rng, names.HELPERS)
    return {
        "F": pick(rng, pool),
        "a_friend": with_article(helper),
        "friend_noun": helper.split()[-1],
        "f_child": "girl" if girl else "boy",
        "f_he": subjective,
        "f_him": objective,
        "f_his": possessive,
    }


def cast(rng: random.Random, subject: Subject, adjective: str | None = None, name: str | None = None) -> Cast:
    chosen_name, pronoun = named_pronoun(rng, subject)
    if name is not None:
        chosen_name, pronoun = name, "she" if name in names.GIRLS else "he"
    subjective, objective, possessive = _PRONOUNS[pronoun]
    if adjective is None:
        adjective = any_adjective(rng, subject)
    hero = with_article(f"{adjective} {subject.noun}")
    home = spin(rng, pick(rng, HOMES[subject.kind]))
    loves = LOVES[subject.kind]
    love = pick(rng, loves)
    values = {
        "N": chosen_name,
        "noun": subject.noun,
        "a_hero": hero,
        "A_hero": sentence_case(hero),
        "home": home,
        "Home": sentence_case(home),
        "love": love,
        "other_love": pick(rng, [other for other in loves if other != love] or loves),
        "village": pick(rng, names.VILLAGES),
        "item": pick(rng, ITEMS),
        "spot": pick(rng, SPOTS),
        "he": subjective,
        "him": objective,
        "his": possessive,
        "He": sentence_case(subjective),
        "His": sentence_case(possessive),
    }
    return Cast(subject, adjective, values | _friend(rng, chosen_name))
