"""A question that has one meaning, many wordings and a few true answers."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from pocket.text.document import Turn, assistant, user
from pocket.text.grammar import pick, spin
from pocket.text.phrasing import roughen

# Question openings shared by many topics, written as `<what>` inside a template.
_OPENINGS = {
    "<what>": "[What is|What's|Explain|Tell me about|What does|Describe|Define]",
    "<how>": "[How do I|How can I|How to|How would I|How does one|Tell me how to|What is the command to|Show me how to|I want to]",
    "<does>": "[What does {c} do|What is {c}|What is {c} for|Explain {c}|How do I use {c}|How does {c} work|Tell me about {c}|When do I use {c}|{c}]",
    "<means>": "[What is {c}|What does {c} mean|Explain {c}|Define {c}|What's {c}|What is meant by {c}|Tell me what {c} means|{c}]",
}


@dataclass(frozen=True)
class Topic:
    questions: Sequence[str]
    answers: Sequence[str]
    short: str = ""


def _expanded(template: str) -> str:
    """`<does:sluice serve>` becomes the shared question list about `sluice serve`."""
    for name, options in _OPENINGS.items():
        if "{c}" in options:
            marker = name[:-1] + ":"
            while marker in template:
                before, rest = template.split(marker, 1)
                subject, after = rest.split(">", 1)
                template = before + options.replace("{c}", subject) + after
        else:
            template = template.replace(name, options)
    return template


_QUESTION_WORDS = (
    "what",
    "how",
    "who",
    "which",
    "where",
    "when",
    "why",
    "is ",
    "are ",
    "can ",
    "do ",
    "does ",
)


def punctuated(text: str) -> str:
    if text.endswith(("?", ".", "!")):
        return text
    asks = text.lower().startswith(_QUESTION_WORDS) or "?" in text
    return text + ("?" if asks else ".")


def ask(rng: random.Random, topic: Topic) -> str:
    text = punctuated(spin(rng, _expanded(pick(rng, topic.questions))))
    return roughen(rng, text[:1].upper() + text[1:])


def topic_exchange(rng: random.Random, topic: Topic) -> list[Turn]:
    # The first answer is the usual one, so that greedy decoding has one clear winner.
    weighted = topic.answers[0] if rng.random() < 0.5 else pick(rng, topic.answers)
    return [user(ask(rng, topic)), assistant(spin(rng, weighted))]


def short_exchange(rng: random.Random, topic: Topic) -> list[Turn]:
    return [user(ask(rng, topic)), assistant(topic.short or spin(rng, topic.answers[0]))]
