"""Stop strings against a plain search in the whole text, in every way to cut the text into pieces."""

from __future__ import annotations

import random

import pytest

from sluice_worker.transformers_backend.stop_strings import StopMatcher


def run(pieces: list[str], stops: list[str], include: bool = False) -> tuple[str, str | None]:
    matcher = StopMatcher(stops, include)
    text = ""
    for piece in pieces:
        released = matcher.push(piece)
        text += released.text
        if released.stop is not None:
            return text, released.stop
    return text + matcher.flush(), None


def test_what_ends_unarmed_passes_and_what_ends_later_does_not() -> None:
    matcher = StopMatcher(["aba"], include=False)
    assert matcher.push("xaba", armed=False).text == "xab"
    # The end of the one that passed is the beginning of the next.
    released = matcher.push("ba")
    assert (released.text, released.stop) == ("", "aba")
    held = StopMatcher(["END"], include=False)
    assert [held.push("the EN", armed=False).text, held.push("D").stop] == ["the ", "END"]


def search(text: str, stops: list[str], include: bool) -> tuple[str, str | None]:
    ends = [(text.index(stop) + len(stop), -len(stop), stop) for stop in stops if stop in text]
    if not ends:
        return text, None
    end, _, stop = min(ends)
    return text[:end] if include else text[: end - len(stop)], stop


def test_any_cut_gives_what_a_search_finds() -> None:
    choices = random.Random(3)
    for _ in range(3000):
        text = "".join(choices.choices("ab", k=choices.randrange(12)))
        stops = [
            "".join(choices.choices("ab", k=choices.randrange(1, 5))) for _ in range(choices.randrange(4))
        ]
        borders = sorted(choices.choices(range(len(text) + 1), k=3))
        pieces = [text[start:end] for start, end in zip([0, *borders], [*borders, len(text)], strict=True)]
        include = choices.random() < 0.5
        assert run(pieces, stops, include) == search(text, stops, include), (pieces, stops)


def test_text_that_cannot_become_a_stop_string_leaves_at_once() -> None:
    matcher = StopMatcher(["</s>"], False)
    assert matcher.push("a<").text == "a"
    assert matcher.push("/").text == ""
    assert matcher.push("b<").text == "</b"
    assert matcher.flush() == "<"


@pytest.mark.parametrize("include", [False, True])
def test_the_longest_of_those_that_end_together_counts(include: bool) -> None:
    assert run(["x en", "d"], ["d", "end"], include) == ("x end" if include else "x ", "end")


def test_empty_stop_strings_stop_nothing() -> None:
    assert run(["abc"], [""]) == ("abc", None)
