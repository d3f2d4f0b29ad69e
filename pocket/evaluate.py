"""Runs the fixed prompts through the exported weights and prints a scorecard."""

import argparse
import json
from collections.abc import Iterator

import torch
from tokenizers import Tokenizer

from pocket.evaluation_prompts import GROUPS, RAW_PROMPTS, SHOWN_AT_0_7, Check
from pocket.generation import Decoder, prompt_text
from pocket.held_out import held_out_losses
from pocket.paths import HUGGING_FACE, WORK, write_atomically
from pocket.text.document import tools_block, user
from pocket.weights import exported_network

WEATHER: dict[str, object] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the weather in a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}


def _loops(text: str) -> bool:
    """Six words that appear three times are a loop, not a style."""
    words = text.split()
    seen: dict[tuple[str, ...], int] = {}
    for at in range(len(words) - 5):
        key = tuple(words[at : at + 6])
        seen[key] = seen.get(key, 0) + 1
    return any(count >= 3 for count in seen.values())


def _passes(check: Check, text: str, ended: bool) -> bool:
    found = all(any(word in text for word in option.split("|")) for option in check.wanted)
    return ended and found and not _loops(text) and not any(word in text for word in check.forbidden)


def _answer(decoder: Decoder, check: Check) -> tuple[str, bool]:
    if check.questions:
        return decoder.converse(list(check.before), list(check.questions))[-1]
    return decoder.answer(list(check.before))


def run_groups(decoder: Decoder, show: bool) -> dict[str, str]:
    scores: dict[str, str] = {}
    for name, checks in GROUPS.items():
        passed = 0
        for check in checks:
            text, ended = _answer(decoder, check)
            good = _passes(check, text, ended)
            passed += good
            if show or not good:
                asked = " / ".join(check.questions) or check.before[0].content
                opening = check.before[0].content if check.before and check.questions else ""
                print(f"[{'ok' if good else 'FAILED'}] ({name}) {opening} > {asked}\n{text}\n", flush=True)
        scores[name] = f"{passed}/{len(checks)}"
    return scores


def _sums() -> Iterator[tuple[str, str, int]]:
    for a in range(21):
        for b in range(21):
            yield "a + b", f"What is {a} + {b}?", a + b
            yield "a plus b", f"What is {a} plus {b}?", a + b
            yield "add a and b", f"add {a} and {b}", a + b
            yield "a+b", f"{a}+{b}", a + b
            yield "a - b", f"What is {a} - {b}?", a - b
            yield "a minus b", f"What is {a} minus {b}?", a - b


def run_arithmetic(decoder: Decoder) -> dict[str, str]:
    sums = list(_sums())
    prompts = [prompt_text([user(question)]) for _, question, _ in sums]
    answers = decoder.complete(prompts, most=24)
    right: dict[str, int] = {}
    count: dict[str, int] = {}
    for (form, _, result), (text, ended) in zip(sums, answers, strict=True):
        words = text.rstrip(".").split()
        last = words[-1] if words else ""
        right[form] = right.get(form, 0) + (ended and last == str(result))
        count[form] = count.get(form, 0) + 1
    return {form: f"{right[form]}/{count[form]} = {right[form] / count[form]:.1%}" for form in count}


def run_tool_call(decoder: Decoder) -> str:
    prompt = f"<|im_start|>system\n{tools_block((WEATHER,))}<|im_end|>\n"
    asked = prompt + prompt_text([user("What is the weather in Berlin?")])
    text, _ = decoder.complete([asked])[0]
    return text


def show_samples(decoder: Decoder) -> None:
    for question in SHOWN_AT_0_7:
        for seed in (1, 2):
            text, ended = decoder.answer([user(question)], temperature=0.7, seed=seed)
            print(f"(T=0.7, seed {seed}{'' if ended else ', NOT ENDED'}) > {question}\n{text}\n", flush=True)
    for prompt, (text, ended) in zip(RAW_PROMPTS, decoder.complete(list(RAW_PROMPTS)), strict=True):
        print(f"(raw{'' if ended else ', NOT ENDED'}) {prompt}{text}\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Print the scorecard of the exported weights.")
    parser.add_argument("--show", action="store_true", help="print every answer, not only failures")
    parser.add_argument("--quick", action="store_true", help="skip arithmetic and the samples")
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    network = exported_network()
    tokenizer = Tokenizer.from_file(str(HUGGING_FACE / "tokenizer.json"))
    decoder = Decoder(network, tokenizer)
    card: dict[str, object] = {"prompts": run_groups(decoder, arguments.show)}
    card["tool call"] = run_tool_call(decoder)
    if not arguments.quick:
        show_samples(decoder)
        card["arithmetic"] = run_arithmetic(decoder)
        losses = held_out_losses(network, tokenizer)
        card["held-out loss"] = {name: round(loss, 4) for name, loss in losses.items()}
    text = json.dumps(card, indent=1)
    write_atomically(WORK / "scorecard.json", lambda partial: partial.write_text(text))
    print(text)


if __name__ == "__main__":
    main()
