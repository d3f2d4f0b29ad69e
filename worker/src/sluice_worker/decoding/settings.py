"""What Chat and Complete have in common: how to sample, when to stop, what to answer with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ..backend import Constraint, Generation, ModelDescription, Sampling
from ..contract import messages as wire
from ..errors import WorkerError
from .checks import assert_between, assert_tokens, invalid, read_json_object, refuse, unsupported

#: A request with more choices is a mistake: each takes a row of the batch.
_MOST_CHOICES = 128
_MOST_STOP_STRINGS = 64
_SEEDS = 2**64
#: The contract's bias of a token that must not come.
_BAN = -100.0


class GenerationRequest(Protocol):
    """Chat and Complete requests, as far as they are the same."""

    context: wire.RequestContext
    sampling: wire.SamplingParams
    stop: wire.StopCriteria
    structured_output: wire.StructuredOutput
    response: wire.ResponseOptions

    def HasField(self, field_name: str) -> bool: ...  # noqa: N802


@dataclass(frozen=True, slots=True)
class Response:
    """What the answer consists of."""

    stream: bool = True
    token_ids: bool = False
    logprobs: bool = False
    echo: bool = False
    #: Seconds.
    flush_interval: float = 0.0


@dataclass(frozen=True, slots=True)
class Settings:
    """`generation` lacks the prompt, and its `max_tokens` is what was asked for; see `plan_choices`."""

    generation: Generation
    choices: int
    response: Response


def decode_settings(
    request: GenerationRequest, features: Collection[str], model: ModelDescription
) -> Settings:
    """Raises for what is out of range, and for what the backend cannot honour."""
    _refuse_context(request.context, features)
    response = request.response
    refuse({"response.prompt_logprobs": response.HasField("prompt_logprobs")})
    top_logprobs = response.top_logprobs if response.HasField("top_logprobs") else None
    if top_logprobs is not None:
        if "logprobs" not in features:
            raise unsupported("response.top_logprobs")
        assert_between("response.top_logprobs", top_logprobs, 0, 20)
    choices = request.sampling.n if request.sampling.HasField("n") else 1
    assert_between("sampling.n", choices, 1, _MOST_CHOICES)
    stop = request.stop
    generation = Generation(
        prompt=(),
        sampling=_decode_sampling(request.sampling, model.vocabulary_size, _banned(stop, model)),
        max_tokens=stop.max_output_tokens if stop.HasField("max_output_tokens") else _SEEDS,
        min_tokens=stop.min_output_tokens,
        stop=_decode_stop_strings(stop.stop),
        stop_token_ids=tuple(stop.stop_token_ids),
        include_stop=stop.include_stop_in_output,
        ignore_eos=stop.ignore_eos,
        top_logprobs=top_logprobs,
        priority=request.context.priority,
        constraint=_decode_constraint(request, features),
        cache_salt=request.context.cache_salt,
        bypass_prefix_cache=request.context.bypass_prefix_cache,
    )
    assert_tokens("stop.stop_token_ids", stop.stop_token_ids, model.vocabulary_size)
    if generation.min_tokens > generation.max_tokens:
        raise invalid("stop.min_output_tokens", f"is {generation.min_tokens}, more than max_output_tokens")
    return Settings(generation, choices, _decode_response(response))


def plan_choices(settings: Settings, prompt: Sequence[int], context_length: int) -> list[Generation]:
    """One generation per choice, which get different seeds and at most the tokens that fit."""
    base = replace(
        settings.generation,
        prompt=prompt,
        max_tokens=min(settings.generation.max_tokens, context_length - len(prompt)),
    )
    seed = base.sampling.seed
    if seed is None or settings.choices == 1:
        return [base] * settings.choices
    return [
        replace(base, sampling=replace(base.sampling, seed=(seed + index) % _SEEDS))
        for index in range(settings.choices)
    ]


def assert_fits(prompt_tokens: int, context_length: int) -> None:
    """A prompt needs at least one token of its own and room for one of the answer."""
    if prompt_tokens == 0:
        raise invalid("prompt", "is empty: it needs at least one token")
    if prompt_tokens < context_length:
        return
    raise WorkerError(
        "CONTEXT_LENGTH_EXCEEDED",
        f"the prompt has {prompt_tokens} tokens and the context holds {context_length}, answer included: "
        "shorten the prompt or load the model with a larger context",
        details={"n_prompt_tokens": prompt_tokens, "n_ctx": context_length},
    )


def _refuse_context(context: wire.RequestContext, features: Collection[str]) -> None:
    refuse({"context.adapter": context.adapter})
    for key in read_json_object("context.extra_json", context.extra_json):
        raise unsupported(f"context.extra_json.{key[:100]}", "is not known to this worker")
    for name in ("cache_salt", "bypass_prefix_cache"):
        if name not in features:
            refuse({f"context.{name}": getattr(context, name)})


def _banned(stop: wire.StopCriteria, model: ModelDescription) -> dict[int, float]:
    """What is never chosen: backends only know how not to end, and would go on behind an end token."""
    return dict.fromkeys(model.eos_token_ids, _BAN) if stop.ignore_eos else {}


def _decode_sampling(
    sampling: wire.SamplingParams, vocabulary_size: int, banned: dict[int, float]
) -> Sampling:
    values = {
        name: getattr(sampling, name) if sampling.HasField(name) else None
        for name in ("temperature", "top_p", "top_k", "min_p", "presence_penalty", "frequency_penalty")
    }
    bounds = {
        "temperature": (0.0, 1e3),
        "top_k": (0, 2**31),
        "min_p": (0.0, 1.0),
        "presence_penalty": (-2.0, 2.0),
        "frequency_penalty": (-2.0, 2.0),
    }
    for name, (least, most) in bounds.items():
        value = values[name]
        if value is not None:
            assert_between(f"sampling.{name}", value, least, most)
    if sampling.HasField("top_p"):
        assert_between("sampling.top_p", sampling.top_p, 0, 1, above_least=True)
    repetition = sampling.repetition_penalty if sampling.HasField("repetition_penalty") else None
    if repetition is not None:
        assert_between("sampling.repetition_penalty", repetition, 0, 100, above_least=True)
    for bias in sampling.logit_bias.values():
        assert_between("sampling.logit_bias", bias, -100, 100)
    assert_tokens("sampling.logit_bias", sampling.logit_bias, vocabulary_size)
    return Sampling(
        **values,
        repetition_penalty=repetition,
        seed=sampling.seed if sampling.HasField("seed") else None,
        logit_bias={**sampling.logit_bias, **banned},
    )


def _decode_stop_strings(strings: Sequence[str]) -> tuple[str, ...]:
    if len(strings) > _MOST_STOP_STRINGS:
        raise invalid("stop.stop", f"has {len(strings)} strings; the most are {_MOST_STOP_STRINGS}")
    if "" in strings:
        raise invalid("stop.stop", "holds an empty string, which would end every answer at once")
    return tuple(dict.fromkeys(strings))


def _decode_constraint(request: GenerationRequest, features: Collection[str]) -> Constraint | None:
    if not request.HasField("structured_output"):
        return None
    given = request.structured_output
    kind = given.WhichOneof("constraint")
    if kind is None or (kind == "json_object" and not given.json_object):
        return None
    if "structured_output" not in features:
        raise unsupported("structured_output")
    match kind:
        case "json_object":
            return Constraint("json_object")
        case "choice":
            if not given.choice.choices:
                raise invalid("structured_output.choice", "has no choices")
            return Constraint("choice", tuple(given.choice.choices))
        case "grammar":
            return Constraint("grammar", given.grammar, given.grammar_syntax or "gbnf")
        case "json_schema" | "regex" | "structural_tag":
            return Constraint(kind, getattr(given, kind))
        case _:
            raise unsupported(f"structured_output.{kind}")


def _decode_response(response: wire.ResponseOptions) -> Response:
    assert_between("response.flush_interval_ms", response.flush_interval_ms, 0, 60_000)
    return Response(
        stream=response.stream if response.HasField("stream") else True,
        token_ids=response.token_ids,
        logprobs=response.HasField("top_logprobs"),
        echo=response.echo,
        flush_interval=response.flush_interval_ms / 1000,
    )
