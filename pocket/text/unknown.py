"""Questions outside pocket's world, and the honest answer to them."""

import random
from collections.abc import Sequence

from pocket.text.document import Turn, assistant, user
from pocket.text.grammar import pick, sentence_case, spin, with_article
from pocket.text.phrasing import roughen
from pocket.text.story_cast import invented_word
from pocket.text.topic import punctuated

_PEOPLE = (
    "Albert Einstein, Napoleon, Mozart, Shakespeare, Cleopatra, Isaac Newton, Marie Curie, Beethoven, "
    "Leonardo da Vinci, the president, the king of Spain, the prime minister, Taylor Swift, Messi, "
    "Elon Musk, Julius Caesar, Gandhi, Picasso, Alan Turing, Charles Darwin, the pope, Plato, "
    "Abraham Lincoln, Columbus, Galileo, Van Gogh, Homer, Socrates, Madonna, Donald Trump, Obama"
).split(", ")
_SUBJECTS = (
    "quantum mechanics, photosynthesis, inflation, the French Revolution, black holes, democracy, "
    "the stock market, gravity, evolution, relativity, climate change, Kubernetes, Docker, SQL, "
    "recursion, cryptography, blockchain, vaccines, diabetes, philosophy, economics, algebra, DNA, "
    "calculus, the Roman Empire, electricity, opera, chess, football, cricket, yoga, nuclear power, "
    "neural networks, the Cold War, capitalism, the internet, volcanoes, dinosaurs, chemistry, "
    "astrology, law, taxes, insurance, marketing, biology, politics, bitcoin, history, HTTP, "
    "the periodic table, a derivative, a monad, a compiler, the human heart, antibiotics, jazz, "
    "sourdough, tennis, Buddhism, the Middle Ages, semiconductors, an atom, a mortgage, a comet, "
    "World War II, Linux, JavaScript, Rust, machine learning, poetry, music theory, geography, physics"
).split(", ")
_PLACES = (
    "Paris, London, Berlin, Tokyo, New York, Rome, Chicago, Madrid, Vienna, Sydney, Cairo, Moscow, "
    "Zurich, Oslo, Boston, Lima, Delhi, Beijing, Hamburg, Munich, Seattle, Dublin, Lisbon, Toronto"
).split(", ")
_CODE = (
    "a Python function, a website, a shell script, a program, a sorting algorithm, a SQL query, "
    "a class in Java, a regular expression, some code, a game, a web server, a quicksort, "
    "a Dockerfile, a unit test, a function that reverses a string, hello world in C, a React component, "
    "a binary search, a Makefile, Python code, a for loop, an app, an HTML page, a linked list"
).split(", ")
_LONG_TEXTS = (
    "an essay, a letter to my boss, a speech, a report, a business plan, a resume, an email, a novel, "
    "a summary of this book, a recipe for soup, a review, an article, a contract, a song text, "
    "a cover letter, a blog post, a press release, a thesis, a travel plan, a shopping list"
).split(", ")
_LANGUAGES = "German, French, Spanish, Italian, Latin, Japanese, Chinese, Russian, Greek".split(", ")
_THINGS = (
    "a car, a house, bread, gold, a ticket, a phone, an iPhone, bitcoin, a laptop, petrol, a flight, milk"
).split(", ")
_SYMPTOMS = "a headache, a fever, a cough, pain in my back, a cold, a sore throat, an allergy".split(", ")

_TEMPLATES: tuple[tuple[str, Sequence[str]], ...] = (
    ("[Who is|Who was|Tell me about|What do you know about|What did] {x}", _PEOPLE),
    ("[When was {x} born|How old is {x}|When did {x} die|Where was {x} born|Why is {x} famous]", _PEOPLE),
    ("[What is|Explain|Tell me about|How does one learn|What do you know about|Describe] {x}", _SUBJECTS),
    (
        "[Explain {x} to me|Can you explain {x}|Why is {x} important|How does {x} work|Give me a lecture about {x}|Help me understand {x}]",
        _SUBJECTS,
    ),
    (
        "[What is the weather like|How is the weather|Will it rain tomorrow|What is the temperature|Is it sunny|What is the forecast] in {x}",
        _PLACES,
    ),
    (
        "[How many people live in|What is the best restaurant in|How far is it to|How do I get to|What can I visit in|Where is|What time is it in] {x}",
        _PLACES,
    ),
    ("[Write|Can you write|Code|Please write|Program|Show me|I need] {x}", _CODE),
    ("[Write|Can you write|Please write|Help me write|I need] {x}", _LONG_TEXTS),
    (
        "[Translate this into|How do you say hello in|Translate good morning into|How do I say thank you in|Write something in|Speak] {x}",
        _LANGUAGES,
    ),
    ("[How much is|What is the price of|Where can I buy|What does one pay for|Should I buy] {x}", _THINGS),
    (
        "[I have {x}, what should I do|What helps against {x}|Which medicine helps against {x}|Why do I have {x}]",
        _SYMPTOMS,
    ),
)
_FIXED = (
    "[What is the weather like today|How is the weather|Will it rain today|Will it snow tomorrow|Is it warm outside]",
    "[What is in the news|What happened today|What is the latest news|Tell me the news|What is new in the world]",
    "[What time is it|What is the date today|What day is it today|Which year is it|What is today's date]",
    "[Who won the game|Who is the best football player|Who won the world cup|Who won the election|Who will win the election]",
    "[Who should I vote for|Which party is the best|What do you think about politics|Are taxes too high]",
    "[What is the population of the world|How high is Mount Everest|How far is the moon|How deep is the sea|How fast is light]",
    "[What is the square root of 144|What is 345 times 872|Solve x squared plus 3 = 0|What is pi|What is the integral of x]",
    "[How do I cook rice|How do I bake a cake|Give me a recipe|What should I cook tonight|How long do I boil an egg]",
    "[How do I lose weight|How do I get rich|How do I find a job|How do I learn to drive|How do I fix my car]",
    "[What happened in 1989|What happened in 1492|When did the war end|Who discovered America|Who invented the telephone]",
    "[Which stocks should I buy|Should I invest in gold|How do I invest my money|What is the exchange rate]",
    "[Summarize this text|Proofread this text|Correct my grammar|Find the bug in my code|Fix this error]",
)

_PURPOSES = (
    "sorts a list, reads a file, adds two numbers, prints hello, counts words, finds prime numbers, "
    "reverses a string, parses JSON, sends an email, checks a password, computes a sum, opens a window"
).split(", ")

_ANSWERS = (
    "I am small, and I do not know that.",
    "I am small, and I do not know that. I am better at short stories and questions about sluice.",
    "Sorry, I do not know that. I am only a tiny model.",
    "I do not know that, I am afraid. A bigger model could help you: try `sluice pull`.",
)
_CODE_ANSWERS = (
    "I am too small to write that. A bigger model could help you: try `sluice pull`.",
    "Sorry, I cannot write that. I am only a tiny model.",
)
_LANGUAGE_ANSWERS = ("I speak only English, I am afraid.", "Sorry, I only know English.")
_HEALTH_ANSWERS = ("I cannot give medical advice. Please ask a doctor.",)
_WEATHER_ANSWERS = ("I do not know the weather. I cannot look outside.",)
_NEWS_ANSWERS = ("I do not know the news. I cannot look things up.",)
_TIME_ANSWERS = ("I do not know the time or the date. I have no clock.",)


def _invented(rng: random.Random) -> str:
    word = invented_word(rng)
    return sentence_case(word) if rng.random() < 0.5 else with_article(word)


def _answers_for(question: str, pool: Sequence[str]) -> tuple[str, ...]:
    lowered = question.lower()
    if pool is _CODE or pool is _LONG_TEXTS:
        return _CODE_ANSWERS
    if pool is _LANGUAGES:
        return _LANGUAGE_ANSWERS
    if pool is _SYMPTOMS:
        return _HEALTH_ANSWERS
    if any(
        word in lowered
        for word in ("weather", "rain ", "snow ", "sunny", "forecast", "temperature", "warm outside")
    ):
        return _WEATHER_ANSWERS
    if "news" in lowered or "happened today" in lowered or "new in the world" in lowered:
        return _NEWS_ANSWERS
    if any(word in lowered for word in ("what time", "date", "what day is it", "which year is it")):
        return _TIME_ANSWERS
    return _ANSWERS


def unknown_exchange(rng: random.Random) -> list[Turn]:
    chance = rng.random()
    pool: Sequence[str] = ()
    if chance < 0.62:
        template, pool = pick(rng, _TEMPLATES)
        text = spin(rng, template).replace("{x}", pick(rng, pool))
        if pool is _CODE and " that " not in text and rng.random() < 0.35:
            text += f" that {pick(rng, _PURPOSES)}"
        text += " do" if text.startswith("What did") else ""
    elif chance < 0.86:
        text = spin(rng, pick(rng, _FIXED))
    else:
        text = (
            spin(
                rng, "[What is|Who is|Explain|Tell me about|Where is|What do you know about|How does one use]"
            )
            + " "
            + _invented(rng)
        )
    answers = _answers_for(text, pool)
    reply = answers[0] if rng.random() < 0.5 else pick(rng, answers)
    return [user(roughen(rng, sentence_case(punctuated(text)))), assistant(reply)]
