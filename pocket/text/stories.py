"""Writes one story from a cast: opening, problem, attempt, turn and an ending of the right mood."""

import random
from dataclasses import dataclass, replace

from pocket.text import story_frames as frames
from pocket.text.grammar import pick, sentence_case, spin
from pocket.text.story_cast import Cast, any_subject, cast
from pocket.text.story_plots import MOVING, Plot
from pocket.text.story_work import WORK


@dataclass(frozen=True)
class Story:
    cast: Cast
    plot: Plot
    mood: str
    text: str


def _works_frame(rng: random.Random, chosen: Cast) -> Plot:
    work = WORK[chosen.subject.noun]
    lines = frames.STILL_WORK_FRAME if chosen.subject.kind == "still" else frames.WORK_FRAME
    parts = {
        "{daily}": work.daily,
        "{trouble}": work.trouble,
        "{attempt}": work.attempt,
        "{cause}": work.cause,
        "{mended}": work.mended,
        "{lost}": work.lost,
    }
    filled: list[str] = []
    for line in lines:
        for slot, text in parts.items():
            line = line.replace(slot, text)
        filled.append(line)
    daily, trouble, attempt, turn, happy, sad = filled
    return Plot("work", f"{daily} {trouble}", attempt, turn, happy, sad)


def choose_plot(rng: random.Random, chosen: Cast, theme: str | None = None) -> Plot:
    if theme is not None:
        return next(plot for plot in MOVING if plot.theme == theme)
    if chosen.subject.noun in WORK and rng.random() < 0.45:
        return _works_frame(rng, chosen)
    return pick(rng, frames.STILL if chosen.subject.kind == "still" else MOVING)


def opening(rng: random.Random, chosen: Cast) -> str:
    if chosen.subject.kind == "still":
        return spin(rng, pick(rng, frames.STILL_OPENINGS), chosen.values)
    first = spin(rng, pick(rng, frames.OPENINGS), chosen.values)
    return first + spin(rng, pick(rng, frames.HABITS), chosen.values)


def _ending(rng: random.Random, chosen: Cast, plot: Plot, mood: str) -> str:
    lines = plot.sad if mood == "sad" else plot.happy
    closings = frames.SAD_ENDINGS if mood == "sad" else frames.HAPPY_ENDINGS
    if chosen.subject.kind == "still":
        closings = ("", "", " The end.")
    closing = pick(rng, closings)
    if "found a friend" in closing and plot.theme not in ("friendship", "a lost thing", "a mystery"):
        closing = ""
    return spin(rng, lines, chosen.values) + spin(rng, closing, chosen.values)


def _sentences(text: str) -> str:
    """Slots such as `{his}` may open a sentence, which the templates cannot know."""
    pieces = text.split(". ")
    return ". ".join(sentence_case(piece) for piece in pieces)


def compose(rng: random.Random, chosen: Cast, plot: Plot, mood: str = "happy") -> Story:
    paragraphs = rng.random() < 0.25
    gap = "\n\n" if paragraphs else " "
    beginning = f"{opening(rng, chosen)} {spin(rng, plot.problem, chosen.values)}"
    middle = f"{spin(rng, plot.attempt, chosen.values)} {spin(rng, plot.turn, chosen.values)}"
    end = _ending(rng, chosen, plot, mood)
    text = gap.join(_sentences(part) for part in (beginning, middle, end))
    return Story(chosen, plot, mood, text)


def retold(rng: random.Random, story: Story, mood: str) -> Story:
    return compose(rng, story.cast, story.plot, mood)


def story(rng: random.Random, chosen: Cast | None = None, mood: str | None = None) -> Story:
    chosen = chosen or cast(rng, any_subject(rng))
    mood = mood or ("sad" if rng.random() < 0.08 else "happy")
    return compose(rng, chosen, choose_plot(rng, chosen), mood)


def long_story(rng: random.Random, chosen: Cast) -> Story:
    """Two adventures of one hero, told one after the other."""
    plots = frames.STILL if chosen.subject.kind == "still" else MOVING
    first_plot, second_plot = rng.sample(plots, 2)
    first = compose(rng, chosen, first_plot)
    other = cast(rng, chosen.subject, chosen.adjective, None)
    kept = ("N", "he", "him", "his", "He", "His", "home", "Home", "a_hero", "A_hero", "noun")
    values = other.values | {key: chosen.values[key] for key in kept}
    while values["F"] in (chosen.values["F"], chosen.values["N"]):
        values |= {"F": pick(rng, ("Bruno", "Marta", "Linus", "Edda"))}
        values |= _matching_pronoun(values["F"])
    later = replace(chosen, values=values)
    bridge = spin(rng, "[A year later|Some months later|The next spring], something new began.")
    parts = (
        f"{bridge} {spin(rng, second_plot.problem, later.values)}",
        f"{spin(rng, second_plot.attempt, later.values)} {spin(rng, second_plot.turn, later.values)}",
        spin(rng, second_plot.happy, later.values) + " And so the story ends.",
    )
    text = "\n\n".join((first.text, *(_sentences(part) for part in parts)))
    return Story(chosen, first_plot, "happy", text)


def _matching_pronoun(name: str) -> dict[str, str]:
    if name in ("Marta", "Edda"):
        return {"f_child": "girl", "f_he": "she", "f_him": "her", "f_his": "her"}
    return {"f_child": "boy", "f_he": "he", "f_him": "him", "f_his": "his"}


def sentence_story(rng: random.Random, chosen: Cast) -> str:
    still = chosen.subject.kind == "still"
    template = pick(rng, frames.STILL_SENTENCES if still else frames.SENTENCES)
    return sentence_case(spin(rng, template, chosen.values))
