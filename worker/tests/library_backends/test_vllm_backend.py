"""The vLLM backend against a stand-in of vLLM's documented surface."""

from __future__ import annotations

import sys
from dataclasses import make_dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from sluice_worker.backend import ChatPrompt, Constraint, Event, Finish, Generation, Sampling, TextDelta
from sluice_worker.backends import BackendOptions
from sluice_worker.errors import WorkerError
from sluice_worker.vllm_backend.backend import VllmBackend
from sluice_worker.vllm_backend.factory import engine_arguments
from sluice_worker.vllm_backend.library import import_library

from .vllm_stand_in import AsyncLLM, Output, library


async def loaded(**engine: Any) -> tuple[VllmBackend, AsyncLLM]:
    backend = VllmBackend(library(**engine), {"model": "/m"})
    await backend.load(lambda fraction, text: None)
    made = backend._engine
    assert isinstance(made, AsyncLLM)
    return backend, made


def generation(**fields: Any) -> Generation:
    return Generation(**{"prompt": [5, 6], "sampling": Sampling(), "max_tokens": 8, **fields})


async def run(backend: VllmBackend, wanted: Generation) -> list[Event]:
    return [event async for event in backend.generate(wanted)]


async def test_deltas_and_the_end_of_generation() -> None:
    script = [Output("he", [104, 101]), Output("y", [121]), Output("", [3], finish_reason="stop")]
    backend, _ = await loaded(script=script)
    *deltas, end = await run(backend, generation())
    assert deltas == [TextDelta("he", [104, 101], []), TextDelta("y", [121], [])]
    assert end == Finish("stop", 2, 2, 4, 0.5, 1.0, 2.5, None, 3)


async def test_it_forgets_its_prompts_or_says_that_it_is_busy() -> None:
    backend, engine = await loaded()
    await backend.forget_prompts()
    assert engine.resets == 1
    engine.resettable = False
    with pytest.raises(WorkerError) as caught:
        await backend.forget_prompts()
    assert caught.value.reason == "QUEUE_FULL"


async def test_a_stop_string_and_the_length() -> None:
    backend, engine = await loaded(script=[Output("x", [120, 33], finish_reason="stop", stop_reason="!")])
    delta, end = await run(backend, generation(stop=["!"]))
    assert isinstance(delta, TextDelta)
    assert list(delta.tokens) == [120, 33]
    assert isinstance(end, Finish)
    assert (end.reason, end.stop_string, end.stop_token) == ("stop", "!", None)
    engine.script = [Output("x", [120], finish_reason="length")]
    end = (await run(backend, generation()))[-1]
    assert isinstance(end, Finish)
    assert (end.reason, end.stop_string, end.stop_token) == ("length", None, None)


async def test_a_stop_token_stays_where_it_was_asked_for() -> None:
    script = [Output("x$", [120, 36], finish_reason="stop", stop_reason=36)]
    backend, _ = await loaded(script=script)
    for include, tokens in ((False, [120]), (True, [120, 36])):
        delta, end = await run(backend, generation(stop_token_ids=[36], include_stop=include))
        assert isinstance(delta, TextDelta)
        assert list(delta.tokens) == tokens
        assert isinstance(end, Finish)
        assert end.stop_token == 36


async def test_logprobs_are_sorted_and_cut() -> None:
    place = {97: SimpleNamespace(logprob=-2.0, rank=3), 98: SimpleNamespace(logprob=-0.5, rank=1)}
    backend, _ = await loaded(script=[Output("a", [97], [place], finish_reason="length")])
    delta, _ = await run(backend, generation(top_logprobs=1))
    assert isinstance(delta, TextDelta)
    (logprob,) = delta.logprobs
    assert (logprob.token, logprob.logprob, logprob.token_bytes) == (97, -2.0, b"a")
    assert [other.token for other in logprob.top] == [98]


async def test_settings_become_sampling_params() -> None:
    backend, engine = await loaded(script=[Output("a", [97], finish_reason="length")])
    sampling = Sampling(0.0, 0.5, 4, 0.1, 1.0, -1.0, 1.2, 2**63 + 5, {7: -1.0})
    await run(
        backend,
        generation(
            sampling=sampling,
            min_tokens=1,
            stop=["x"],
            stop_token_ids=[9],
            include_stop=True,
            ignore_eos=True,
            top_logprobs=0,
            priority=4,
            cache_salt="s",
            bypass_prefix_cache=True,
            constraint=Constraint("choice", ["a", "b"]),
        ),
    )
    prompt, params, priority = engine.prompts[0]
    assert prompt == {"prompt_token_ids": [5, 6], "cache_salt": "s"}
    assert priority == -4
    structured = params.given.pop("structured_outputs")
    assert structured.given == {"choice": ["a", "b"]}
    assert params.given == {
        "max_tokens": 8,
        "min_tokens": 1,
        "stop": ["x"],
        "stop_token_ids": [9],
        "include_stop_str_in_output": True,
        "ignore_eos": True,
        "skip_special_tokens": True,
        "output_kind": "delta",
        "temperature": 0.0,
        "top_p": 0.5,
        "top_k": 4,
        "min_p": 0.1,
        "presence_penalty": 1.0,
        "frequency_penalty": -1.0,
        "repetition_penalty": 1.2,
        "seed": 5,
        "logit_bias": {7: -1.0},
        "logprobs": 0,
        "skip_reading_prefix_cache": True,
    }


async def test_what_is_not_set_is_vllms_default() -> None:
    backend, engine = await loaded(script=[Output("a", [97], finish_reason="length")])
    await run(backend, generation())
    given = engine.prompts[0][1].given
    # The parser of calls needs to see its markers.
    assert given["skip_special_tokens"] is False
    assert not {"temperature", "seed", "logprobs", "structured_outputs"} & set(given)


@pytest.mark.parametrize(
    ("constraint", "given"),
    [
        (Constraint("json_object"), {"json_object": True}),
        (Constraint("json_schema", "{}"), {"json": "{}"}),
        (Constraint("regex", "a+"), {"regex": "a+"}),
        (Constraint("grammar", "root ::= x", "gbnf"), {"grammar": "root ::= x"}),
        (Constraint("structural_tag", "{}"), {"structural_tag": "{}"}),
    ],
)
async def test_constraints(constraint: Constraint, given: dict[str, object]) -> None:
    backend, engine = await loaded(script=[Output("a", [97], finish_reason="length")])
    await run(backend, generation(constraint=constraint))
    assert engine.prompts[0][1].given["structured_outputs"].given == given


async def test_closing_a_generation_aborts_it() -> None:
    backend, engine = await loaded()
    events = backend.generate(generation())
    await anext(events)
    assert backend.load_now().running == 1
    await events.aclose()  # pyright: ignore[reportAttributeAccessIssue]
    assert engine.aborted == 1
    load = backend.load_now()
    assert (load.running, load.cancelled, load.step_age_seconds) == (0, 1, 0.0)


async def test_what_vllm_refuses_and_what_it_breaks() -> None:
    backend, engine = await loaded(script=[Output("", [], finish_reason="error")])
    with pytest.raises(WorkerError, match="max_tokens is too large") as caught:
        await run(backend, generation(max_tokens=99))
    assert caught.value.reason == "INVALID_REQUEST"
    with pytest.raises(WorkerError, match="vLLM ended the request: error"):
        await run(backend, generation())
    assert backend.failure is None
    engine.errored = True
    assert backend.failure is not None
    assert backend.failure.reason == "ENGINE_FAILED"


async def test_the_load_follows_vllms_statistics() -> None:
    backend, engine = await loaded()
    prefix = SimpleNamespace(hits=3)
    scheduler = SimpleNamespace(
        num_running_reqs=1, num_waiting_reqs=0, kv_cache_usage=0.5, prefix_cache_stats=prefix
    )
    engine.logger.record(scheduler, SimpleNamespace(num_prompt_tokens=9, num_generation_tokens=2), None, 0)
    engine.logger.record(None, SimpleNamespace(num_generation_tokens=2))
    load = backend.load_now()
    assert (load.slots, load.used_kv_tokens, load.max_kv_tokens) == (7, 80, 160)
    assert (load.steps, load.prefill_tokens, load.cached_tokens, load.decode_tokens) == (2, 9, 3, 4)
    assert load.steps_by_batch_size == {2: 2}


async def test_the_model_is_described() -> None:
    backend = VllmBackend(library(), {"model": "/m"})
    model = await backend.load(lambda fraction, text: None)
    assert (model.source, model.architecture, model.context_length) == ("/m", "llama", 128)
    assert (model.dtype, model.eos_token_ids, model.embedding_dimensions) == ("bfloat16", (3, 4), 0)
    assert model.chat_template.endswith("<tool_call>")
    assert "structured_output" in backend.features
    assert await backend.encode_text("a", True) == [1, 97]
    assert await backend.decode([97, 3], True) == "a"
    tokens = await backend.encode_chat(ChatPrompt([{"role": "user"}], template="mine"))
    assert "chat_template" in "".join(map(chr, tokens))


async def test_embedding_models() -> None:
    backend, _ = await loaded(runner="pooling")
    assert backend.features == ("embed",)
    assert await backend.embed([[1, 2, 3], [4]]) == [[3.0, 1.0], [1.0, 1.0]]
    generating, _ = await loaded()
    with pytest.raises(WorkerError, match="embedding models only"):
        await generating.embed([[1]])


async def test_closing_ends_the_engine() -> None:
    backend, engine = await loaded()
    await backend.close()
    await backend.close()
    assert engine.shut_down
    assert backend.failure is None
    with pytest.raises(WorkerError):
        await run(backend, generation())


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("unknown architecture"), "INVALID_MODEL"),
        (OSError("no such repository"), "INVALID_MODEL"),
        (RuntimeError("CUDA out of memory. Tried"), "INSUFFICIENT_MEMORY"),
        (ValueError("larger than the available KV cache memory"), "INSUFFICIENT_MEMORY"),
        (RuntimeError("Engine core initialization failed"), "ENGINE_FAILED"),
    ],
)
async def test_why_a_load_failed(error: Exception, reason: str) -> None:
    backend = VllmBackend(library(error), {"model": "/m"})
    with pytest.raises(WorkerError) as caught:
        await backend.load(lambda fraction, text: None)
    assert caught.value.reason == reason


def test_arguments_of_the_engine() -> None:
    options = BackendOptions("/m", dtype="bfloat16", context_length=9, extra={"gpu_memory_utilization": 0.5})
    assert engine_arguments(library(), options) == {
        "scheduling_policy": "priority",
        "enable_log_requests": False,
        "model": "/m",
        "dtype": "bfloat16",
        "trust_remote_code": False,
        "max_model_len": 9,
        "gpu_memory_utilization": 0.5,
    }


@pytest.mark.parametrize(
    "options",
    [
        BackendOptions("/m", device="cpu"),
        BackendOptions("/m", threads=2),
        BackendOptions("/m", extra={"x": 1}),
    ],
)
def test_options_that_it_does_not_have(options: BackendOptions) -> None:
    with pytest.raises(WorkerError):
        engine_arguments(library(), options)


def test_the_library_is_imported_by_its_documented_names(monkeypatch: pytest.MonkeyPatch) -> None:
    vllm, sampling, loggers = (ModuleType(name) for name in ("vllm", "sampling", "loggers"))
    arguments = make_dataclass("AsyncEngineArgs", ["model", "max_model_len"])
    engine = SimpleNamespace(from_engine_args=print)
    vllm.__dict__.update(__version__="1", AsyncEngineArgs=arguments, AsyncLLMEngine=engine)
    vllm.__dict__.update(SamplingParams=dict, PoolingParams=dict)
    sampling.__dict__.update(StructuredOutputsParams=dict, RequestOutputKind=SimpleNamespace(DELTA=1))
    loggers.__dict__.update(StatLoggerBase=object)
    modules = {"vllm": vllm, "vllm.sampling_params": sampling, "vllm.v1.metrics.loggers": loggers}
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    found = import_library()
    assert (found.version, found.argument_names, found.delta) == ("1", {"model", "max_model_len"}, 1)
