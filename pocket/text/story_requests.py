"""Story conversations: the request, the story, and what people ask afterwards."""

import random

from pocket.text import stories, story_names
from pocket.text.document import Document, Turn, assistant, user
from pocket.text.grammar import pick, sentence_case, spin, with_article
from pocket.text.phrasing import roughen
from pocket.text.story_cast import Cast, any_adjective, any_subject, cast
from pocket.text.story_plots import MOVING
from pocket.text.story_subjects import SUBJECTS

_TELL = "[Tell me|Tell me|Write|Can you tell me|Please tell me|I want to hear|Could you write|Write me|Give me|I would like]"
_ABOUT = "[about|about|about|of]"
_REQUESTS = (
    _TELL + " a [|short |short |little |nice ]story " + _ABOUT + " {whom}",
    _TELL + " a [bedtime story|fairy tale|tale|children's story|very short story] " + _ABOUT + " {whom}",
    "[A story|Story|A short story|Short story] about {whom}",
    "[Do you know|Make up|Invent|Think of] a [|short ]story about {whom}",
    "[Once more a|One more] story about {whom}, please",
)
_OPEN_REQUESTS = (
    _TELL + " a [|short |nice |little |bedtime ]story",
    "[Tell me something nice|Story time|I want a story|A story please|Another story|Make up a story]",
)
_LONG_REQUESTS = (
    _TELL + " a [long|longer|very long] story about {whom}",
    "[Write|Tell me] a story in [three paragraphs|several parts] about {whom}",
)
_SENTENCE_REQUESTS = (
    _TELL + " a story in one sentence about {whom}",
    "[Write|Tell me] a one-sentence story about {whom}",
    "[In one sentence|In a single sentence], tell me a story about {whom}",
)
_ANOTHER = "[Another one|Another one please|One more|Again|Tell me another one|Another story|More|Can I have another one?|A different one]"
_SADDER = "[Make it sad|Now a sad ending|Can you make it sadder?|Tell it again with a sad ending|A sad version please]"
_HAPPIER = "[Make it happy|Give it a happy ending|Make it happier|I want a happy ending|Tell it again with a happy ending]"
_LEAD_INS = ("", "", "", "", "", "Of course! ", "Here is a story. ", "With pleasure. ")
_THEMES = {
    "friendship": "friendship",
    "courage": "courage",
    "being brave": "courage",
    "honesty": "honesty",
    "telling the truth": "honesty",
    "kindness": "kindness",
    "sharing": "kindness",
    "patience": "patience",
    "a storm": "a storm",
    "the sea and a storm": "a storm",
    "a treasure": "a treasure",
    "a race": "a race",
    "learning something new": "learning",
    "a birthday": "a surprise",
    "winter": "kindness",
    "a strange noise": "a mystery",
    "a mystery": "a mystery",
}


def _spoken(rng: random.Random, chosen: Cast) -> str:
    """How a request names the hero: often the noun alone, sometimes with the adjective."""
    noun = chosen.subject.noun
    if rng.random() < 0.6:
        return with_article(noun)
    if rng.random() < 0.15:
        return noun
    return with_article(f"{chosen.adjective} {noun}")


def _request(rng: random.Random, templates: tuple[str, ...], whom: str) -> str:
    text = spin(rng, pick(rng, templates), {"whom": whom})
    return roughen(rng, text + ("?" if text.startswith(("Can", "Could", "Do ")) else "."))


def _person_named(rng: random.Random) -> tuple[str, Cast]:
    girl = rng.random() < 0.5
    noun = "girl" if girl else "boy"
    subject = next(entry for entry in SUBJECTS["person"] if entry.noun == noun)
    name = pick(rng, story_names.GIRLS if girl else story_names.BOYS)
    return f"{with_article(noun)} [named|called] {name}", cast(rng, subject, name=name)


def _pair(rng: random.Random) -> tuple[str, Cast]:
    """Two heroes: the second takes the friend's part, so every plot still fits."""
    kinds = SUBJECTS["animal"] + SUBJECTS["creature"] + SUBJECTS["small"]
    first, second = rng.sample(kinds, 2)
    chosen = cast(rng, first)
    plain = rng.random() < 0.3
    trait = any_adjective(rng, second)
    other = with_article(f"{trait} {second.noun}")
    values = chosen.values | {"a_friend": other, "friend_noun": second.noun}
    hero = first.noun if plain else f"{chosen.adjective} {first.noun}"
    friend = second.noun if plain else f"{trait} {second.noun}"
    return f"{with_article(hero)} and {with_article(friend)}", Cast(first, chosen.adjective, values)


def _follow_ups(rng: random.Random, story: stories.Story) -> list[Turn]:
    chance = rng.random()
    if chance < 0.52:
        return []
    values = story.cast.values
    noun, name = story.cast.subject.noun, story.cast.name
    if chance < 0.64:
        return [
            user(roughen(rng, spin(rng, _ANOTHER))),
            assistant(stories.story(rng, cast(rng, story.cast.subject)).text),
        ]
    if chance < 0.76:
        sad = story.mood != "sad"
        again = stories.retold(rng, story, "sad" if sad else "happy")
        return [user(roughen(rng, spin(rng, _SADDER if sad else _HAPPIER))), assistant(again.text)]
    if chance < 0.90 and name in story.text:
        question = "[What was {his} name?|What was the name of the {noun}?|What is the {noun} called?|What was the {noun} called?]"
        reply = "[The {noun} was called {N}.|{His} name was {N}.|The name of the {noun} was {N}.]"
    elif values["home"] in story.text or values["Home"] in story.text:
        question = "Where did [the {noun}|{N}] live?" if name in story.text else "Where was the {noun}?"
        reply = f"The {noun} {'was' if story.cast.subject.kind == 'still' else 'lived'} {{home}}."
    else:
        return []
    if values["F"] in story.text and rng.random() < 0.4:
        question = "[Who was the friend in the story?|Who else was in the story?]"
        reply = "{F}, {a_friend}, was in the story too."
        if values["a_friend"] not in story.text:
            return []
    return [
        user(roughen(rng, spin(rng, question, values))),
        assistant(sentence_case(spin(rng, reply, values))),
    ]


def _special_request(rng: random.Random) -> tuple[str, stories.Story] | None:
    chance = rng.random()
    if chance < 0.08:
        asked, chosen = _person_named(rng)
        return _request(rng, _REQUESTS, spin(rng, asked)), stories.story(rng, chosen)
    if chance < 0.18:
        asked, chosen = _pair(rng)
        return _request(rng, _REQUESTS, asked), stories.compose(rng, chosen, pick(rng, MOVING))
    if chance < 0.29:
        asked = pick(rng, tuple(_THEMES))
        movers = SUBJECTS["animal"] + SUBJECTS["person"] + SUBJECTS["creature"]
        chosen = cast(rng, pick(rng, movers))
        plot = stories.choose_plot(rng, chosen, _THEMES[asked])
        return _request(rng, _REQUESTS, asked), stories.compose(rng, chosen, plot)
    if chance < 0.35:
        chosen = cast(rng, any_subject(rng))
        mood = pick(rng, ("sad", "happy"))
        asked = f"{_TELL} a {mood} story about {with_article(chosen.subject.noun)}."
        return roughen(rng, spin(rng, asked)), stories.story(rng, chosen, mood)
    if chance < 0.43:
        text = spin(rng, pick(rng, _OPEN_REQUESTS)) + "."
        return roughen(rng, text), stories.story(rng)
    return None


def story_exchange(rng: random.Random) -> list[Turn]:
    special = _special_request(rng)
    if special is None:
        chosen = cast(rng, any_subject(rng))
        request = _request(rng, _REQUESTS, _spoken(rng, chosen))
        told = stories.story(rng, chosen)
    else:
        request, told = special
    reply = assistant(pick(rng, _LEAD_INS) + told.text)
    return [user(request), reply, *_follow_ups(rng, told)]


def long_story_exchange(rng: random.Random) -> list[Turn]:
    chosen = cast(rng, any_subject(rng))
    told = stories.long_story(rng, chosen)
    return [user(_request(rng, _LONG_REQUESTS, _spoken(rng, chosen))), assistant(told.text)]


def sentence_story_exchange(rng: random.Random) -> list[Turn]:
    chosen = cast(rng, any_subject(rng))
    request = _request(rng, _SENTENCE_REQUESTS, _spoken(rng, chosen))
    return [user(request), assistant(stories.sentence_story(rng, chosen))]


def _told(rng: random.Random) -> stories.Story:
    chosen = cast(rng, any_subject(rng))
    return stories.long_story(rng, chosen) if rng.random() < 0.1 else stories.story(rng, chosen)


def story_prose(rng: random.Random) -> Document:
    """Completion prompts nearly always begin like a fairy tale, so most prose does too."""
    told = _told(rng)
    for _ in range(3):
        if told.text.startswith("Once upon a time"):
            break
        told = _told(rng)
    return Document("prose", prose=told.text)
