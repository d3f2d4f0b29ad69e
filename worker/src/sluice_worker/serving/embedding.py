"""Embed: texts or tokens to vectors as little-endian floats."""

from __future__ import annotations

import array
import math
import sys
from collections.abc import Sequence

from ..backend import Backend, ModelDescription
from ..contract import messages as wire
from ..decoding.checks import assert_between, assert_tokens, invalid, read_json_object, refuse, unsupported
from ..errors import WorkerError


async def embed(backend: Backend, model: ModelDescription, request: wire.EmbedRequest) -> wire.EmbedResponse:
    if "embed" not in backend.features:
        raise WorkerError("UNSUPPORTED_FEATURE", "this worker makes no embeddings with this model")
    _check(request, model)
    inputs = [await _encode(backend, model, request, index) for index in range(len(request.inputs))]
    vectors = await backend.embed(inputs)
    normalize = request.normalize if request.HasField("normalize") else True
    total = sum(map(len, inputs))
    return wire.EmbedResponse(
        embeddings=[
            _encode_vector(index, vector, request.dimensions or len(vector), normalize=normalize)
            for index, vector in enumerate(vectors)
        ],
        usage=wire.Usage(prompt_tokens=total),
    )


def _check(request: wire.EmbedRequest, model: ModelDescription) -> None:
    context = request.context
    refuse({"context.adapter": context.adapter, "prompt_name": request.prompt_name})
    for key in read_json_object("context.extra_json", context.extra_json):
        raise unsupported(f"context.extra_json.{key[:100]}", "is not known to this worker")
    if not request.inputs:
        raise invalid("inputs", "is empty: there is nothing to embed")
    if request.dimensions:
        assert_between("dimensions", request.dimensions, 1, model.embedding_dimensions or math.inf)


async def _encode(
    backend: Backend, model: ModelDescription, request: wire.EmbedRequest, index: int
) -> Sequence[int]:
    item = request.inputs[index]
    match item.WhichOneof("input"):
        case "text":
            tokens: Sequence[int] = await backend.encode_text(item.text, True)
        case "token_ids":
            assert_tokens("inputs", item.token_ids.ids, model.vocabulary_size)
            tokens = list(item.token_ids.ids)
        case _:
            raise invalid("inputs", f"has nothing at {index}: give text or token_ids")
    if not tokens:
        raise invalid("inputs", f"has no tokens at {index}: there is nothing to embed")
    length = model.context_length
    if len(tokens) <= length or request.truncate:
        return tokens[:length]
    raise WorkerError(
        "CONTEXT_LENGTH_EXCEEDED",
        f"inputs[{index}] has {len(tokens)} tokens and the context holds {length}: shorten it, or truncate",
        param="inputs",
        details={"n_prompt_tokens": len(tokens), "n_ctx": length},
    )


def _encode_vector(
    index: int, vector: Sequence[float], dimensions: int, *, normalize: bool
) -> wire.Embedding:
    values = vector[:dimensions]
    if normalize:
        # A vector without a direction stays as it is.
        length = math.sqrt(math.fsum(value * value for value in values)) or 1.0
        values = [value / length for value in values]
    floats = array.array("f", values)
    if sys.byteorder == "big":
        floats.byteswap()
    return wire.Embedding(index=index, f32le=floats.tobytes(), dimensions=len(values))
