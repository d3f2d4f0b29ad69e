"""Tokens per second and time to the first token of the transformers backend, beside plain `generate()`.

    python benchmarks/transformers_speed.py pocket/hf --streams 1,4,16
    python benchmarks/transformers_speed.py --random-llama 1b --dtype bfloat16 --device cuda --streams 1,16,64

Three ways in rounds that take turns, medians over the rounds: the backend; `generate()` called for one
request after the other, as a server with a lock does; and one `generate()` over all prompts as a padded
batch, which is the limit for requests that all come and go together.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from random_llama import SIZES, write_random_llama
from transformers import AutoModelForCausalLM, LogitsProcessor, LogitsProcessorList

from sluice_worker.backend import Finish, Generation, Sampling, TextDelta
from sluice_worker.transformers_backend import TransformersBackend, TransformersSettings
from sluice_worker.transformers_backend.devices import resolve_device, resolve_dtype, resolve_threads

#: `generate()` one by one is as fast for the tenth request as for the first, so more say nothing new.
_ONE_BY_ONE = 3


@dataclass(frozen=True)
class Measured:
    tokens_per_second: float
    #: Mean over the streams, in milliseconds.
    first_token_ms: float


@dataclass(frozen=True)
class Result:
    way: str
    streams: int
    tokens_per_second: float
    first_token_ms: float
    rounds: int


class _FirstToken(LogitsProcessor):
    """Notes when `generate` chooses its first token."""

    def __init__(self) -> None:
        self.at: float | None = None

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        if self.at is None:
            if scores.is_cuda:
                torch.cuda.synchronize()
            self.at = time.perf_counter()
        return scores


async def run_backend(backend: TransformersBackend, prompts: list[list[int]], tokens: int) -> Measured:
    began = time.perf_counter()

    async def stream(prompt: list[int]) -> tuple[float, int]:
        first = 0.0
        async for event in backend.generate(
            Generation(prompt, Sampling(temperature=0), tokens, ignore_eos=True)
        ):
            if isinstance(event, TextDelta) and first == 0.0:
                first = time.perf_counter() - began
            if isinstance(event, Finish):
                return first, event.completion_tokens
        raise AssertionError("a generation ends with Finish")

    found = await asyncio.gather(*(stream(prompt) for prompt in prompts))
    seconds = time.perf_counter() - began
    first = statistics.mean(one for one, _ in found) * 1000
    return Measured(sum(count for _, count in found) / seconds, first)


def run_generate(model: Any, prompts: list[list[int]], tokens: int) -> Measured:
    """One padded batch."""
    width = max(map(len, prompts))
    ids = torch.tensor([[*[0] * (width - len(one)), *one] for one in prompts], device=model.device)
    mask = torch.tensor(
        [[*[0] * (width - len(one)), *[1] * len(one)] for one in prompts], device=model.device
    )
    first = _FirstToken()
    began = time.perf_counter()
    with torch.inference_mode():
        output = model.generate(
            ids,
            attention_mask=mask,
            max_new_tokens=tokens,
            do_sample=False,
            eos_token_id=None,
            pad_token_id=0,
            logits_processor=LogitsProcessorList([first]),
        )
    made = (output.shape[1] - width) * len(prompts)
    output.tolist()
    seconds = time.perf_counter() - began
    assert first.at is not None
    return Measured(made / seconds, (first.at - began) * 1000)


def run_one_by_one(model: Any, prompts: list[list[int]], tokens: int) -> Measured:
    """The first requests of the queue. First tokens are counted from the request's own turn, without the
    wait.
    """
    chosen = prompts[:_ONE_BY_ONE]
    began = time.perf_counter()
    found = [run_generate(model, [prompt], tokens) for prompt in chosen]
    seconds = time.perf_counter() - began
    return Measured(len(chosen) * tokens / seconds, statistics.mean(one.first_token_ms for one in found))


def make_prompts(streams: int, length: int, size: int, seed: int) -> list[list[int]]:
    """Different in every round, so that no prefix is reused."""
    choices = random.Random(seed)
    return [[choices.randrange(8, size) for _ in range(length)] for _ in range(streams)]


def measure(arguments: argparse.Namespace, folder: Path) -> list[Result]:
    streams = [int(one) for one in arguments.streams.split(",")]
    device = resolve_device(arguments.device)
    settings = TransformersSettings(
        str(folder), device=arguments.device, dtype=arguments.dtype, threads=arguments.threads,
        parallel=max(streams), context_length=arguments.context, cuda_graphs=not arguments.no_cuda_graphs,
    )  # fmt: skip
    torch.set_num_threads(resolve_threads(arguments.threads))
    backend = TransformersBackend(settings)
    loop = asyncio.new_event_loop()
    description = loop.run_until_complete(backend.load(lambda fraction, message: None))
    dtype = resolve_dtype(arguments.dtype, device, getattr(torch, description.dtype))
    plain: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).eval()
    plain = plain.to(device)
    ways: dict[str, Callable[[list[list[int]]], Measured]] = {
        "backend": lambda prompts: loop.run_until_complete(run_backend(backend, prompts, arguments.tokens)),
        "generate, one by one": lambda prompts: run_one_by_one(plain, prompts, arguments.tokens),
        "generate, one batch": lambda prompts: run_generate(plain, prompts, arguments.tokens),
    }
    found: dict[tuple[str, int], list[Measured]] = {}
    # Round 0 warms up and is not counted.
    for turn in range(arguments.rounds + 1):
        for count in streams:
            for way, run in ways.items():
                seed = turn * 1000 + count
                one = run(make_prompts(count, arguments.prompt, min(description.vocabulary_size, 2000), seed))
                if turn > 0:
                    found.setdefault((way, count), []).append(one)
    loop.run_until_complete(backend.close())
    loop.close()
    return [
        Result(
            way,
            count,
            round(statistics.median(one.tokens_per_second for one in many), 1),
            round(statistics.median(one.first_token_ms for one in many), 1),
            len(many),
        )
        for (way, count), many in found.items()
    ]


def print_table(results: list[Result]) -> None:
    streams = sorted({result.streams for result in results})
    by_way = {(result.way, result.streams): result for result in results}
    print(f"{'tokens/s (first token, ms)':28}" + "".join(f"{count:>20} streams" for count in streams))
    for way in dict.fromkeys(result.way for result in results):
        cells = [by_way[way, count] for count in streams]
        print(
            f"{way:28}" + "".join(f"{one.tokens_per_second:>17} ({one.first_token_ms:>7})  " for one in cells)
        )
    first, last = by_way["backend", streams[0]], by_way["backend", streams[-1]]
    ratio = last.tokens_per_second / first.tokens_per_second
    print(f"backend, {last.streams} streams beside {first.streams}: {ratio:.1f} times the tokens/s")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", help="a model's folder")
    parser.add_argument("--random-llama", choices=SIZES, help="a model of random weights instead")
    parser.add_argument("--streams", default="1,4,16")
    parser.add_argument("--tokens", type=int, default=128, help="per stream")
    parser.add_argument("--prompt", type=int, default=32, help="tokens of each prompt")
    parser.add_argument("--context", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--no-cuda-graphs", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if (arguments.model is None) == (arguments.random_llama is None):
        parser.error("name a model's folder or --random-llama")
    return arguments


def main() -> None:
    arguments = parse()
    if arguments.model is not None:
        results = measure(arguments, Path(arguments.model))
    else:
        with tempfile.TemporaryDirectory() as name:
            dtype = getattr(torch, arguments.dtype) if arguments.dtype != "auto" else torch.float32
            write_random_llama(Path(name), arguments.random_llama, dtype)
            results = measure(arguments, Path(name))
    if arguments.json:
        print(json.dumps([asdict(result) for result in results], indent=2))
    else:
        print_table(results)


if __name__ == "__main__":
    main()
