"""One generation as vLLM's SamplingParams."""

from __future__ import annotations

from ..backend import Constraint, Generation
from ..decoding.checks import unsupported
from .library import Library

#: Seeds are signed there.
_SEEDS = 2**63


def sampling_params(library: Library, generation: Generation, *, shows_special: bool) -> object:
    """`shows_special`: the markers of calls and thoughts are special tokens, and the parsers need them."""
    sampling = generation.sampling
    wanted: dict[str, object] = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "min_p": sampling.min_p,
        "presence_penalty": sampling.presence_penalty,
        "frequency_penalty": sampling.frequency_penalty,
        "repetition_penalty": sampling.repetition_penalty,
        "seed": None if sampling.seed is None else sampling.seed % _SEEDS,
        "logit_bias": sampling.logit_bias or None,
        "logprobs": generation.top_logprobs,
    }
    if generation.constraint is not None:
        wanted["structured_outputs"] = _structured_outputs(library, generation.constraint)
    if generation.bypass_prefix_cache:
        wanted["skip_reading_prefix_cache"] = True
    return library.sampling_params(
        max_tokens=generation.max_tokens,
        min_tokens=generation.min_tokens,
        stop=list(generation.stop),
        stop_token_ids=list(generation.stop_token_ids),
        include_stop_str_in_output=generation.include_stop,
        ignore_eos=generation.ignore_eos,
        # Ends of generation are special too, and are not text where they do not end it.
        skip_special_tokens=generation.ignore_eos or not shows_special,
        output_kind=library.delta,
        **{name: value for name, value in wanted.items() if value is not None},
    )


def _structured_outputs(library: Library, constraint: Constraint) -> object:
    match constraint.kind:
        case "json_object":
            return library.structured_outputs(json_object=True)
        case "json_schema":
            return library.structured_outputs(json=constraint.value)
        case "choice":
            return library.structured_outputs(choice=list(constraint.value))
        case "grammar":
            # Its grammars are GBNF, and Lark where the text looks like that.
            if constraint.syntax not in ("gbnf", "ebnf", "lark"):
                raise unsupported("structured_output.grammar_syntax", f"is {constraint.syntax[:20]!r}")
            return library.structured_outputs(grammar=constraint.value)
        case "regex":
            return library.structured_outputs(regex=constraint.value)
        case "structural_tag":
            return library.structured_outputs(structural_tag=constraint.value)
