"""Calls a worker as any gRPC client does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc
import grpc.aio

from sluice_worker.contract import messages as wire
from sluice_worker.contract.descriptors import CONTROL, HEALTH, INFERENCE, find_service, message_classes

MODEL = "echo-1"
_UNLIMITED = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))


class Client:
    def __init__(self, address: str, credentials: grpc.ChannelCredentials | None = None) -> None:
        options = (*_UNLIMITED, ("grpc.use_local_subchannel_pool", 1))
        if credentials is None:
            self.channel = grpc.aio.insecure_channel(address, options=options)
        else:
            self.channel = grpc.aio.secure_channel(address, credentials, options=options)

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.channel.close()

    def inference(self, method: str, request: object, **options: Any) -> Any:
        return self._call(INFERENCE, method, request, options)

    def control(self, method: str, request: object, **options: Any) -> Any:
        return self._call(CONTROL, method, request, options)

    def health(self, method: str, service: str = "") -> Any:
        return self._call(HEALTH, method, wire.HealthCheckRequest(service=service), {})

    def _call(self, service: str, method: str, request: object, options: dict[str, Any]) -> Any:
        described = find_service(service).methods_by_name[method]
        make = self.channel.unary_stream if described.server_streaming else self.channel.unary_unary
        decode = message_classes[described.output_type.name].FromString
        path = f"/{service}/{method}"
        call = make(path, lambda message: message.SerializeToString(), decode)
        return call(request, **options)


def context(**fields: Any) -> wire.RequestContext:
    return wire.RequestContext(**{"model": MODEL, **fields})


def complete(text: str = "hello", **fields: Any) -> wire.CompleteRequest:
    """`max_tokens` and `n` are short for their places."""
    request = wire.CompleteRequest(**{"context": context(), "text": text, **_settings(fields)})
    request.add_special_tokens = False
    return request


def chat(text: str = "hello", **fields: Any) -> wire.ChatRequest:
    message = wire.Message(role="user", content=[wire.ContentPart(text=text)])
    return wire.ChatRequest(**{"context": context(), "messages": [message], **_settings(fields)})


def _settings(fields: dict[str, Any]) -> dict[str, Any]:
    maximum, choices = fields.pop("max_tokens", 8), fields.pop("n", None)
    fields.setdefault("stop", wire.StopCriteria(max_output_tokens=maximum))
    if choices is not None:
        fields.setdefault("sampling", wire.SamplingParams(n=choices))
    return fields


async def collect(call: AsyncIterator[wire.GenerateEvent]) -> list[wire.GenerateEvent]:
    return [event async for event in call]


def deltas(events: Sequence[wire.GenerateEvent], index: int = 0) -> list[wire.Delta]:
    return [event.delta for event in events if event.HasField("delta") and event.delta.index == index]


def text_of(events: Sequence[wire.GenerateEvent], index: int = 0) -> str:
    return "".join(delta.text for delta in deltas(events, index))


def finished(events: Sequence[wire.GenerateEvent]) -> list[wire.Finished]:
    return [event.finished for event in events if event.HasField("finished")]


def details(error: grpc.aio.AioRpcError) -> tuple[wire.ErrorInfo, wire.RetryInfo | None]:
    """What stands in the trailer, read as src/contract/status-error.ts reads it."""
    trailers = {key: value for key, value in error.trailing_metadata()}
    status = wire.Status.FromString(bytes(trailers["grpc-status-details-bin"]))
    assert status.code == error.code().value[0]
    assert status.message == error.details()
    found = {any_.type_url: any_.value for any_ in status.details}
    info = wire.ErrorInfo.FromString(found["type.googleapis.com/google.rpc.ErrorInfo"])
    assert info.domain == "llm.v1"
    retry = found.get("type.googleapis.com/google.rpc.RetryInfo")
    return info, None if retry is None else wire.RetryInfo.FromString(retry)
