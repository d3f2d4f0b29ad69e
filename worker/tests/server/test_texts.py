"""Tokenize, Detokenize and Embed."""

from __future__ import annotations

import array
from collections.abc import Sequence
from typing import Any

import grpc
import pytest

from sluice_worker.contract import messages as wire

from .client import chat, context, details
from .conftest import Serve
from .echo_backend import EchoBackend


async def test_tokenizing_a_text(serve: Serve) -> None:
    served = await serve()
    answer = await served.client.inference(
        "Tokenize", wire.TokenizeRequest(context=context(), text="\u00e9a")
    )
    assert list(answer.token_ids) == [1, 233, 97]
    assert (answer.count, answer.context_length, list(answer.pieces)) == (3, 200, [])
    plain = wire.TokenizeRequest(
        context=context(), text="\u00e9a", add_special_tokens=False, with_pieces=True
    )
    answer = await served.client.inference("Tokenize", plain)
    assert list(answer.token_ids) == [233, 97]
    assert list(answer.pieces) == ["\u00e9".encode(), b"a"]


async def test_tokenizing_a_chat_gives_what_chat_uses(serve: Serve) -> None:
    served = await serve()
    request = wire.TokenizeRequest(context=context(), chat=chat("hi"), check_length=True)
    answer = await served.client.inference("Tokenize", request)
    assert "".join(map(chr, answer.token_ids)) == "user:hi\n"


async def test_given_tokens_are_only_counted(serve: Serve) -> None:
    served = await serve()
    request = wire.TokenizeRequest(context=context(), token_ids=wire.TokenIds(ids=[97, 98]))
    answer = await served.client.inference("Tokenize", request)
    assert (answer.count, list(answer.token_ids)) == (2, [])


async def test_detokenizing(serve: Serve) -> None:
    served = await serve()
    for skip, text in ((False, "\x01ab"), (True, "ab")):
        request = wire.DetokenizeRequest(context=context(), token_ids=[1, 97, 98], skip_special_tokens=skip)
        assert (await served.client.inference("Detokenize", request)).text == text


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("Tokenize", wire.TokenizeRequest(context=context())),
        ("Tokenize", wire.TokenizeRequest(context=context(), token_ids=wire.TokenIds(ids=[2**21]))),
        ("Detokenize", wire.DetokenizeRequest(context=context(), token_ids=[2**21])),
        ("Embed", wire.EmbedRequest(context=context())),
        ("Embed", wire.EmbedRequest(context=context(), inputs=[wire.EmbedInput()])),
        ("Embed", wire.EmbedRequest(context=context(), inputs=[wire.EmbedInput(token_ids=wire.TokenIds())])),
        ("Embed", wire.EmbedRequest(context=context(), inputs=[wire.EmbedInput(text="a")], dimensions=5)),
    ],
)
async def test_what_makes_no_sense_is_refused(serve: Serve, method: str, request_: object) -> None:
    served = await serve()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await served.client.inference(method, request_)
    assert details(caught.value)[0].reason == "INVALID_REQUEST"


async def embed(
    client: Any, inputs: Sequence[wire.EmbedInput], **fields: Any
) -> tuple[list[list[float]], int]:
    request = wire.EmbedRequest(context=context(), inputs=inputs, **fields)
    answer = await client.inference("Embed", request)
    assert [embedding.index for embedding in answer.embeddings] == list(range(len(inputs)))
    vectors = [array.array("f", embedding.f32le).tolist() for embedding in answer.embeddings]
    assert [embedding.dimensions for embedding in answer.embeddings] == [len(vector) for vector in vectors]
    return vectors, answer.usage.prompt_tokens


async def test_embeddings_have_length_one_unless_told_otherwise(serve: Serve) -> None:
    served = await serve()
    inputs = [wire.EmbedInput(text="ab"), wire.EmbedInput(token_ids=wire.TokenIds(ids=[5]))]
    vectors, tokens = await embed(served.client, inputs)
    assert vectors == [pytest.approx([0.6, 0.8, 0, 0]), pytest.approx([0.2425356, 0.9701425, 0, 0])]
    assert tokens == 4
    vectors, _ = await embed(served.client, inputs, normalize=False, dimensions=2)
    assert vectors == [[3.0, 4.0], [1.0, 4.0]]
    vectors, _ = await embed(served.client, inputs[:1], dimensions=1)
    assert vectors == [[1.0]]


async def test_long_inputs_are_refused_or_cut(serve: Serve) -> None:
    served = await serve(EchoBackend(context_length=3))
    inputs = [wire.EmbedInput(text="abcdef")]
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await embed(served.client, inputs)
    info, _ = details(caught.value)
    assert (info.reason, info.metadata["n_prompt_tokens"]) == ("CONTEXT_LENGTH_EXCEEDED", "7")
    vectors, tokens = await embed(served.client, inputs, truncate=True, normalize=False)
    assert (vectors, tokens) == ([[3.0, 4.0, 0.0, 0.0]], 3)


async def test_without_embeddings(serve: Serve) -> None:
    served = await serve(EchoBackend(features=("complete",)))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await embed(served.client, [wire.EmbedInput(text="a")])
    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED
