"""Prompts to tokens, for Chat, Complete, Tokenize and Embed alike, so that all of them count the same."""

from __future__ import annotations

from collections.abc import Sequence

from ..backend import Backend, ModelDescription
from ..contract import messages as wire
from ..decoding.chat import decode_chat
from ..decoding.checks import assert_tokens, invalid
from ..errors import WorkerError


async def encode_chat(backend: Backend, model: ModelDescription, request: wire.ChatRequest) -> Sequence[int]:
    """The messages are checked even where their tokens are given."""
    if not model.has_chat_template and not request.chat_template and not request.HasField("prompt_token_ids"):
        message = "the model has no chat template: send one as chat_template, or use Complete"
        raise WorkerError("UNSUPPORTED_FEATURE", message, param="messages")
    if not request.HasField("prompt_token_ids"):
        return await backend.encode_chat(decode_chat(request, model.chat_template))
    if request.messages:
        decode_chat(request, model.chat_template)
    return check_tokens("prompt_token_ids", request.prompt_token_ids, model)


async def encode_text(
    backend: Backend, text: str, request: wire.CompleteRequest | wire.TokenizeRequest
) -> list[int]:
    adds = request.add_special_tokens if request.HasField("add_special_tokens") else True
    return await backend.encode_text(text, adds)


async def encode_complete(
    backend: Backend, model: ModelDescription, request: wire.CompleteRequest
) -> Sequence[int]:
    match request.WhichOneof("prompt"):
        case "text":
            return await encode_text(backend, request.text, request)
        case "token_ids":
            return check_tokens("prompt", request.token_ids, model)
        case _:
            raise invalid("prompt", "is missing: give text or token_ids")


def check_tokens(field: str, tokens: wire.TokenIds, model: ModelDescription) -> Sequence[int]:
    assert_tokens(field, tokens.ids, model.vocabulary_size)
    return list(tokens.ids)
