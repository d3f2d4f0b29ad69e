"""Tokenize and Detokenize."""

from __future__ import annotations

from collections.abc import Sequence

from ..backend import Backend, ModelDescription
from ..contract import messages as wire
from ..decoding.checks import assert_tokens, invalid
from ..decoding.settings import assert_fits
from .prompts import check_tokens, encode_chat, encode_text


async def tokenize(
    backend: Backend, model: ModelDescription, request: wire.TokenizeRequest
) -> wire.TokenizeResponse:
    tokens = await _encode(backend, model, request)
    if request.check_length:
        assert_fits(len(tokens), model.context_length)
    # Who has sent tokens needs no copy of them.
    given = request.WhichOneof("input") == "token_ids"
    return wire.TokenizeResponse(
        token_ids=() if given else tokens,
        pieces=[backend.token_bytes(token) for token in tokens] if request.with_pieces else (),
        count=len(tokens),
        context_length=model.context_length,
    )


async def _encode(backend: Backend, model: ModelDescription, request: wire.TokenizeRequest) -> Sequence[int]:
    match request.WhichOneof("input"):
        case "text":
            return await encode_text(backend, request.text, request)
        case "chat":
            return await encode_chat(backend, model, request.chat)
        case "token_ids":
            return check_tokens("token_ids", request.token_ids, model)
        case _:
            raise invalid("input", "is missing: give text, chat or token_ids")


async def detokenize(
    backend: Backend, model: ModelDescription, request: wire.DetokenizeRequest
) -> wire.DetokenizeResponse:
    assert_tokens("token_ids", request.token_ids, model.vocabulary_size)
    text = await backend.decode(list(request.token_ids), request.skip_special_tokens)
    return wire.DetokenizeResponse(text=text)
