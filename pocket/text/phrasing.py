"""How people really type: polite words, missing capitals and marks, small slips."""

import random

from pocket.text.grammar import pick

_BEFORE = ("Please ", "Hi, ", "Hello, ", "Hey, ", "Ok, ", "So, ", "Can you help me? ", "Quick question: ")
_AFTER = (" Please.", " Thanks!", " please", " thank you", " I am curious.")


def _lower_first(text: str) -> str:
    if text.startswith(("I ", "I'", "TTFT", "TPOT", "ITL", "KV", "GGUF", "EOS")):
        return text
    return text[:1].lower() + text[1:]


def _swap_letters(rng: random.Random, text: str) -> str:
    places = [at for at in range(1, len(text) - 2) if text[at : at + 2].isalpha()]
    if not places:
        return text
    at = pick(rng, places)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def roughen(rng: random.Random, text: str) -> str:
    """Most prompts stay as written; some lose care the way typed prompts do."""
    chance = rng.random()
    if chance < 0.66:
        return text
    if chance < 0.74:
        return text.rstrip("?.!")
    if chance < 0.86:
        return text.lower().rstrip("?.!") if rng.random() < 0.6 else text.lower()
    if chance < 0.92:
        opening = pick(rng, _BEFORE)
        kept = text if opening.endswith(("? ", ": ")) else _lower_first(text)
        return opening + kept
    if chance < 0.96:
        return text + pick(rng, _AFTER)
    if chance < 0.98:
        return _swap_letters(rng, text)
    return text.rstrip("?.!") + pick(rng, ("??", "!", "...", " ?", "!!"))
