"""One generation's sampler and logits processors, made of mlx-lm's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from ..backend import Generation, Sampling
from .library import Array, Library, LogitsProcessor, Sampler


def create_sampler(library: Library, sampling: Sampling) -> Sampler | None:
    """None: the batch's own, which is greedy and works on all such rows at once."""
    temperature = 1.0 if sampling.temperature is None else sampling.temperature
    if temperature == 0:
        return None
    if sampling.seed is not None:
        return _seeded_sampler(library, sampling, temperature, sampling.seed)
    return library.sampling.make_sampler(
        temp=temperature,
        top_p=sampling.top_p or 0.0,
        min_p=sampling.min_p or 0.0,
        top_k=sampling.top_k or 0,
    )


def _seeded_sampler(library: Library, sampling: Sampling, temperature: float, seed: int) -> Sampler:
    """mlx-lm's samplers share one random state; a seed needs its own."""
    core, filters = library.core, _filters(library, sampling)
    key = core.random.key(seed)

    def sample(logprobs: Array) -> Array:
        nonlocal key
        for apply in filters:
            logprobs = apply(logprobs)
        key, own = core.random.split(key)
        return core.random.categorical(logprobs * (1.0 / temperature), key=own)

    return sample


def _filters(library: Library, sampling: Sampling) -> list[Callable[[Array], Array]]:
    """In the order of mlx-lm's make_sampler."""
    made = library.sampling
    filters: list[Callable[[Array], Array]] = []
    if sampling.top_p is not None and sampling.top_p < 1:
        filters.append(lambda logprobs, top_p=sampling.top_p: made.apply_top_p(logprobs, top_p))
    if sampling.min_p:
        filters.append(lambda logprobs, min_p=sampling.min_p: made.apply_min_p(logprobs, min_p))
    if sampling.top_k:
        filters.append(lambda logprobs, top_k=sampling.top_k: made.apply_top_k(logprobs, top_k))
    return filters


def create_processors(
    library: Library, generation: Generation, end_tokens: Sequence[int]
) -> list[LogitsProcessor]:
    """Penalties count over the whole request, where mlx-lm's defaults look back 20 tokens."""
    sampling, made = generation.sampling, library.sampling
    prompt = len(generation.prompt)
    longest = prompt + generation.max_tokens
    processors: list[LogitsProcessor] = []
    if sampling.logit_bias:
        processors += made.make_logits_processors(logit_bias=dict(sampling.logit_bias))
    if sampling.repetition_penalty is not None and sampling.repetition_penalty != 1:
        processors.append(made.make_repetition_penalty(sampling.repetition_penalty, longest))
    if sampling.presence_penalty:
        processors.append(
            partial(_of_answer, made.make_presence_penalty(sampling.presence_penalty, longest), prompt)
        )
    if sampling.frequency_penalty:
        processors.append(
            partial(_of_answer, made.make_frequency_penalty(sampling.frequency_penalty, longest), prompt)
        )
    if generation.min_tokens > 0 and end_tokens:
        processors.append(
            partial(_ban_until, library.core.array(list(end_tokens)), prompt + generation.min_tokens)
        )
    return processors


def _of_answer(processor: LogitsProcessor, prompt: int, tokens: Array, logits: Array) -> Array:
    """These penalties count what was generated, not what was asked."""
    return processor(tokens[prompt:], logits)


def _ban_until(banned: Array, length: int, tokens: Array, logits: Array) -> Array:
    if len(tokens) < length:
        logits[:, banned] = -float("inf")
    return logits
