"""The MLX backend against a stand-in of mlx-lm's surface."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from types import ModuleType
from typing import Any

import pytest

from sluice_worker.backend import Event, Finish, Generation, Prefill, Sampling, TextDelta
from sluice_worker.backends import BackendOptions
from sluice_worker.errors import WorkerError
from sluice_worker.mlx_backend import factory
from sluice_worker.mlx_backend.backend import MlxBackend
from sluice_worker.mlx_backend.library import import_library
from sluice_worker.mlx_backend.settings import MlxSettings

from .letters import END
from .mlx_stand_in import BatchGenerator, library

Load = Callable[[], Awaitable[tuple[MlxBackend, BatchGenerator]]]
GREEDY = Sampling(temperature=0)


@pytest.fixture
async def load() -> AsyncIterator[Load]:
    backends: list[MlxBackend] = []

    async def start() -> tuple[MlxBackend, BatchGenerator]:
        made: list[BatchGenerator] = []
        backend = MlxBackend(library(made), MlxSettings("/m", parallel=2))
        backends.append(backend)
        await backend.load(lambda fraction, text: None)
        return backend, made[0]

    yield start
    for backend in backends:
        await backend.close()


def generation(prompt: str = "a", **fields: Any) -> Generation:
    tokens = [ord(letter) for letter in prompt]
    return Generation(**{"prompt": tokens, "sampling": GREEDY, "max_tokens": 4, **fields})


async def run(backend: MlxBackend, wanted: Generation) -> list[Event]:
    return [event async for event in backend.generate(wanted)]


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def end_of(events: list[Event]) -> Finish:
    assert isinstance(events[-1], Finish)
    return events[-1]


async def test_generations_share_the_batch(load: Load) -> None:
    backend, batch = await load()
    batch.may_step.clear()
    runs = [asyncio.ensure_future(run(backend, generation(prompt))) for prompt in ("a", "bc", "f")]
    await asyncio.sleep(0)
    batch.may_step.set()
    results = [await each for each in runs]
    assert [text_of(events) for events in results] == ["bcde", "defg", "ghij"]
    assert results[1][0] == Prefill(2, 2)
    end = end_of(results[1])
    assert (end.reason, end.prompt_tokens, end.completion_tokens) == ("length", 2, 4)
    assert backend.load_now().steps_by_batch_size[3] >= 1
    assert batch.options["completion_batch_size"] == 2
    assert batch.options["stream"] == "stream of gpu"


async def test_the_end_of_generation_is_no_text(load: Load) -> None:
    backend, _ = await load()
    events = await run(backend, generation("x"))
    assert text_of(events) == "yz"
    end = end_of(events)
    assert (end.reason, end.stop_token, end.completion_tokens) == ("stop", END, 3)
    on = await run(backend, generation("x", ignore_eos=True))
    assert text_of(on) == "yz\x04"
    assert end_of(on).reason == "length"


async def test_stop_strings_across_tokens(load: Load) -> None:
    backend, batch = await load()
    wanted = generation("a", stop=["de", "zz"], max_tokens=9)
    events = await run(backend, wanted)
    assert text_of(events) == "bc"
    assert (end_of(events).stop_string, end_of(events).completion_tokens) == ("de", 4)
    assert batch.removed, "mlx-lm does not know of stop strings"
    events = await run(backend, generation("a", stop=["de"], include_stop=True, max_tokens=9))
    assert text_of(events) == "bcde"
    held = await run(backend, generation("a", stop=["ef"], max_tokens=4))
    assert text_of(held) == "bcde"


async def test_stop_tokens(load: Load) -> None:
    backend, _ = await load()
    for include, text in ((False, "bc"), (True, "bcd")):
        events = await run(backend, generation("a", stop_token_ids=[ord("d")], include_stop=include))
        assert (text_of(events), end_of(events).stop_token) == (text, ord("d"))


async def test_logprobs(load: Load) -> None:
    backend, _ = await load()
    events = await run(backend, generation("a", top_logprobs=2, max_tokens=1))
    (delta,) = [event for event in events if isinstance(event, TextDelta)]
    (logprob,) = delta.logprobs
    assert (logprob.token, logprob.token_bytes, len(logprob.top)) == (ord("b"), b"b", 2)
    assert logprob.top[0].token == ord("b")
    assert logprob.logprob == pytest.approx(logprob.top[0].logprob)


async def test_a_seed_has_its_own_random_state(load: Load) -> None:
    backend, batch = await load()
    sampling = Sampling(temperature=0.5, seed=7, top_k=2, top_p=0.5, min_p=0.1)
    first = await run(backend, generation("a", sampling=sampling))
    assert text_of(await run(backend, generation("a", sampling=sampling))) == text_of(first)
    await run(backend, generation("a", sampling=Sampling()))
    samplers = [options["samplers"][0] for options in batch.inserted]
    assert samplers[0] is None, "greedy rows share the batch's sampler"
    assert all(samplers[1:])


async def test_penalties_bias_and_least_tokens(load: Load) -> None:
    backend, _ = await load()
    banned = Sampling(temperature=0, logit_bias={ord("b"): -100.0, ord("k"): 50.0})
    assert text_of(await run(backend, generation("a", sampling=banned, max_tokens=1))) == "k"
    repeated = Sampling(temperature=0, repetition_penalty=2.0, presence_penalty=1.0, frequency_penalty=1.0)
    assert text_of(await run(backend, generation("a", sampling=repeated))) == "bcde"
    waited = await run(backend, generation("a", stop=["bc", "de"], min_tokens=2, max_tokens=9))
    assert (text_of(waited), end_of(waited).stop_string) == ("bc", "de")
    least = await run(backend, generation("z", min_tokens=1, max_tokens=1))
    assert text_of(least) != ""
    assert end_of(least).reason == "length"


async def test_closing_a_generation_frees_its_row(load: Load) -> None:
    backend, batch = await load()
    events = backend.generate(
        generation("a", max_tokens=1_000_000, sampling=Sampling(temperature=0, logit_bias={97: 90.0}))
    )
    await anext(events)
    await events.aclose()  # pyright: ignore[reportAttributeAccessIssue]
    assert batch.rows == {}
    load_ = backend.load_now()
    assert (load_.running, load_.cancelled) == (0, 1)


async def test_a_refused_request(load: Load) -> None:
    backend, _ = await load()
    with pytest.raises(WorkerError, match="max_tokens must be > 0"):
        await run(backend, generation(max_tokens=0))


async def test_an_engine_that_breaks_ends_all_and_says_so(load: Load) -> None:
    backend, batch = await load()
    assert backend.failure is None
    batch.fails = True
    with pytest.raises(WorkerError, match="the GPU is gone"):
        await run(backend, generation())
    assert backend.failure is not None
    with pytest.raises(WorkerError, match="the GPU is gone"):
        await run(backend, generation())
    await backend.close()
    assert batch.closed


async def test_the_model_is_described(load: Load) -> None:
    made: list[BatchGenerator] = []
    backend = MlxBackend(library(made), MlxSettings("/m", context_length=32))
    model = await backend.load(lambda fraction, text: None)
    assert (model.architecture, model.context_length, model.trained_context_length) == ("llama", 32, 64)
    assert (model.parameters, model.size_bytes, model.quantization) == (6, 12, "4 bit")
    assert (model.eos_token_ids, model.dtype, model.vocabulary_size) == ((END,), "float16", 200)
    (device,) = backend.devices()
    assert (device.kind, device.name, device.memory_total, device.memory_free) == ("metal", "M9", 1000, 600)
    assert await backend.encode_text("a", True) == [1, 97]
    await backend.close()
    assert made[0].closed
    with pytest.raises(WorkerError, match="unloaded"):
        await run(backend, generation())


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (FileNotFoundError("no safetensors"), "INVALID_MODEL"),
        (ValueError("unknown model type"), "INVALID_MODEL"),
        (RuntimeError("[METAL] Insufficient Memory"), "INSUFFICIENT_MEMORY"),
        (RuntimeError("else"), "ENGINE_FAILED"),
    ],
)
async def test_why_a_load_failed(error: Exception, reason: str) -> None:
    backend = MlxBackend(library([], error), MlxSettings("/m"))
    with pytest.raises(WorkerError) as caught:
        await backend.load(lambda fraction, text: None)
    assert caught.value.reason == reason
    await backend.close()


@pytest.mark.parametrize(
    "options",
    [
        BackendOptions("/m", dtype="float16"),
        BackendOptions("/m", device="cuda"),
        BackendOptions("/m", threads=1),
        BackendOptions("/m", extra={"x": 1}),
    ],
)
def test_options_that_it_does_not_have(options: BackendOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factory, "import_library", lambda: library([]))
    with pytest.raises(WorkerError, match="not supported by the mlx backend"):
        factory.create_backend(options)
    assert factory.create_backend(BackendOptions("/m")).name == "mlx"


def test_the_library_is_imported_by_its_documented_names(monkeypatch: pytest.MonkeyPatch) -> None:
    contents: dict[str, dict[str, Any]] = {
        "mlx": {},
        "mlx.core": {},
        "mlx.utils": {"tree_flatten": list},
        "mlx_lm": {"__version__": "1", "load": print},
        "mlx_lm.generate": {"BatchGenerator": BatchGenerator, "StopSequences": list},
        "mlx_lm.sample_utils": {"make_sampler": print},
    }
    for name, content in contents.items():
        module = ModuleType(name)
        module.__dict__.update(content)
        monkeypatch.setitem(sys.modules, name, module)
    found = import_library()
    assert (found.version, found.batch_generator) == ("1", BatchGenerator)
