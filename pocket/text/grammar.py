"""A tiny template language: `[one|two|[nested|choice]]` picks, `{name}` fills in."""

import random
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TypeVar

Item = TypeVar("Item")
Node = str | tuple["Sequence[Node]", ...]

_AN_DESPITE_CONSONANT = ("hour", "honest", "heir")
_A_DESPITE_VOWEL = ("uni", "use", "usu", "one", "once", "eur", "ukulele")


def pick(rng: random.Random, items: Sequence[Item]) -> Item:
    return items[int(rng.random() * len(items))]


def article(noun: str) -> str:
    word = noun.lower()
    if word.startswith(_AN_DESPITE_CONSONANT):
        return "an"
    if word.startswith(_A_DESPITE_VOWEL):
        return "a"
    return "an" if word[0] in "aeiou" else "a"


def with_article(noun: str) -> str:
    return f"{article(noun)} {noun}"


def sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def joined(words: Sequence[str]) -> str:
    if len(words) == 1:
        return words[0]
    return ", ".join(words[:-1]) + " and " + words[-1]


def _parse(template: str, start: int) -> tuple[list[list[Node]], int]:
    """Reads options up to the matching `]` (or the end) and returns them with the position."""
    options: list[list[Node]] = [[]]
    plain = start
    position = start
    while position < len(template):
        character = template[position]
        if character in "[|]":
            if position > plain:
                options[-1].append(template[plain:position])
            if character == "]":
                return options, position
            if character == "|":
                options.append([])
            else:
                inner, position = _parse(template, position + 1)
                options[-1].append(tuple(inner))
            plain = position + 1
        position += 1
    if position > plain:
        options[-1].append(template[plain:position])
    return options, position


@cache
def _parsed(template: str) -> tuple[Sequence[Node], ...]:
    options, _ = _parse(template, 0)
    if len(options) != 1:
        raise ValueError(f"a top-level bar in {template!r}")
    return tuple(options)


def _expand(rng: random.Random, options: tuple[Sequence[Node], ...], into: list[str]) -> None:
    chosen = options[0] if len(options) == 1 else pick(rng, options)
    for node in chosen:
        if isinstance(node, str):
            into.append(node)
        else:
            _expand(rng, node, into)


def spin(rng: random.Random, template: str, values: Mapping[str, object] | None = None) -> str:
    pieces: list[str] = []
    _expand(rng, _parsed(template), pieces)
    text = "".join(pieces)
    return text.format_map(values) if values else text
