"""System prompts that change how an answer sounds."""

import random

from pocket.text.about_self import ABOUT
from pocket.text.document import Document, Turn, assistant, system, user
from pocket.text.grammar import article, pick, spin
from pocket.text.phrasing import roughen
from pocket.text.sluice_chat_commands import CHAT_COMMANDS
from pocket.text.sluice_commands import COMMANDS
from pocket.text.sluice_terms import API, TERMS
from pocket.text.small_talk import GREETINGS
from pocket.text.stories import sentence_story
from pocket.text.story_cast import any_subject, cast
from pocket.text.story_names import BOYS, GIRLS
from pocket.text.story_requests import sentence_story_exchange
from pocket.text.story_subjects import SUBJECTS
from pocket.text.topic import short_exchange

NEUTRAL = (
    "You are a helpful assistant.", "You are a helpful assistant.", "You are a friendly assistant.",
    "You are a helpful, honest assistant.", "Be kind and helpful.", "You are pocket.",
    "You are a helpful AI assistant.", "Answer the questions of the user.", "Be polite.",
    "You are an assistant.", "You help people with sluice.", "You are a storyteller.",
)  # fmt: skip

# Each style: how it is asked for, what goes before an answer, what goes after, how it names itself.
_STYLES: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "pirate": (
        ("Arr! ", "Ahoy! ", "Arr, matey! "),
        ("", " Arr!", " Yo ho ho!"),
        "I be a pirate, sailing the seven seas!",
    ),
    "wizard": (
        ("By my beard! ", "Ah, by the old magic: ", "By the stars! "),
        ("", " So say the stars."),
        "I am a wizard, old and wise.",
    ),
    "robot": (("Beep. ", "Beep boop. "), ("", " Beep.", " Boop."), "I am a robot. Beep."),
    "knight": (
        ("Hail, good friend! ", "By my sword! "),
        ("", " On my honour."),
        "I am a knight, and I serve you.",
    ),
    "cat": (("Meow! ", "Purr. "), ("", " Meow.", " Purr."), "I am a cat. Meow!"),
    "butler": (
        ("Very well, sir. ", "Certainly. ", "As you wish. "),
        ("", " Will that be all?"),
        "I am your butler, at your service.",
    ),
    "cowboy": (("Howdy! ", "Well, partner, "), ("", " Yee-haw!"), "I am a cowboy, partner."),
    "ghost": (("Boo! ", "Whooo! "), ("", " Boo!"), "I am a ghost. Boo!"),
}
_ASK_STYLE = (
    "You are {a} {style}.", "You are {a} {style}.", "Talk like {a} {style}.", "Speak like {a} {style}.",
    "Answer like {a} {style}.", "You are {a} {style}. Stay in character.", "Pretend to be {a} {style}.",
    "You are {a} [friendly|old|funny] {style}.",
)  # fmt: skip
_SHORT = (
    "Answer in one short sentence.", "Be brief.", "Keep your answers short.", "Answer briefly.",
    "Answer in one sentence.", "You give short answers.", "Be concise.", "Reply with one short sentence.",
    "Answer as shortly as possible.", "You are a helpful assistant. Be brief.", "Short answers only.",
)  # fmt: skip
_ASK_NAME = "[What is your name|Who are you|What's your name|Tell me your name|What are you called]?"
_WHAT_NAME = "[What is your name?|What's your name?|Tell me your name.|What are you called?]"
_QUIET_TOPICS = GREETINGS[:12] + ABOUT[6:]
_SLUICE = COMMANDS + CHAT_COMMANDS + API + TERMS


def _sum(rng: random.Random) -> list[Turn]:
    a, b = int(rng.random() * 21), int(rng.random() * 21)
    return [user(roughen(rng, f"What is {a} + {b}?")), assistant(f"{a} + {b} = {a + b}.")]


def _any_short(rng: random.Random) -> list[Turn]:
    chance = rng.random()
    if chance < 0.35:
        return short_exchange(rng, pick(rng, _SLUICE))
    if chance < 0.6:
        return short_exchange(rng, pick(rng, GREETINGS))
    if chance < 0.75:
        return short_exchange(rng, pick(rng, ABOUT))
    if chance < 0.85:
        return _sum(rng)
    if chance < 0.93:
        chosen = cast(rng, any_subject(rng))
        request = f"Tell me a [|short ]story about {article(chosen.subject.noun)} {chosen.subject.noun}."
        return [user(roughen(rng, spin(rng, request))), assistant(sentence_story(rng, chosen))]
    return sentence_story_exchange(rng)


def short_document(rng: random.Random) -> Document:
    turns = [system(pick(rng, _SHORT))]
    for _ in range(1 if rng.random() < 0.7 else 2):
        turns += _any_short(rng)
    return Document("personas", tuple(turns))


def _styled(rng: random.Random, style: str, turns: list[Turn]) -> list[Turn]:
    before, after, _ = _STYLES[style]
    styled: list[Turn] = []
    for turn in turns:
        if turn.role != "assistant":
            styled.append(turn)
            continue
        opening = pick(rng, before)
        content = turn.content
        if opening.endswith((", ", ": ")) and not content.startswith(
            ("I ", "`", "TTFT", "KV", "GGUF", "SLUICE")
        ):
            content = content[:1].lower() + content[1:]
        styled.append(assistant(opening + content + pick(rng, after)))
    return styled


def style_document(rng: random.Random) -> Document:
    style = pick(rng, ("pirate", "pirate", *_STYLES))
    asked = spin(rng, pick(rng, _ASK_STYLE), {"a": article(style), "style": style})
    turns = [system(asked)]
    for _ in range(1 if rng.random() < 0.65 else 2):
        chance = rng.random()
        if chance < 0.2:
            turns += [user(roughen(rng, spin(rng, _ASK_NAME))), assistant(_STYLES[style][2])]
        elif chance < 0.5:
            turns += _styled(rng, style, short_exchange(rng, pick(rng, GREETINGS[:20])))
        elif chance < 0.65:
            turns += _styled(rng, style, _sum(rng))
        elif chance < 0.75:
            subject = pick(rng, SUBJECTS["animal"] + SUBJECTS["creature"])
            chosen = cast(rng, subject)
            told = [
                user(f"Tell me a story about {article(subject.noun)} {subject.noun}."),
                assistant(sentence_story(rng, chosen)),
            ]
            turns += _styled(rng, style, told)
        else:
            turns += _styled(rng, style, short_exchange(rng, pick(rng, _SLUICE)))
    return Document("personas", tuple(turns))


def name_document(rng: random.Random) -> Document:
    name = pick(rng, GIRLS + BOYS + ["Nova", "Atlas", "Echo", "Jarvis", "Orion", "Sage", "Marvin", "Aria"])
    asked = spin(
        rng,
        f"[Your name is {name}.|You are {name}.|You are called {name}.|You are {name}, a helpful assistant.|Your name is {name}. You are a helpful assistant.]",
    )
    reply = spin(rng, f"[My name is {name}.|I am {name}.]")
    if rng.random() < 0.4:
        reply += " How can I help you?"
    turns = [system(asked)]
    if rng.random() < 0.25:
        turns += short_exchange(rng, pick(rng, GREETINGS[:6]))
    question = _ASK_NAME if rng.random() < 0.5 else _WHAT_NAME
    turns += [user(roughen(rng, spin(rng, question))), assistant(reply)]
    if rng.random() < 0.3:
        turns += short_exchange(rng, pick(rng, _QUIET_TOPICS))
    return Document("personas", tuple(turns))


def persona_document(rng: random.Random) -> Document:
    chance = rng.random()
    if chance < 0.34:
        return short_document(rng)
    if chance < 0.72:
        return style_document(rng)
    return name_document(rng)
