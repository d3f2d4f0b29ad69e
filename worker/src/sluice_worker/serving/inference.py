"""The service llm.v1.Inference over a backend."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass

import grpc

from ..chat_output.answer_parser import (
    AnswerParser,
    OutputFormat,
    create_answer_parser,
    resolve_output_format,
)
from ..contract import messages as wire
from ..contract.descriptors import INFERENCE
from ..decoding.chat import decode_tools
from ..decoding.checks import refuse, unsupported
from ..decoding.settings import GenerationRequest, Settings, assert_fits, decode_settings, plan_choices
from ..errors import WorkerError
from .choice import Choice
from .embedding import embed
from .generation import generate
from .handlers import service_handler, stream, unary
from .model_state import LoadedModel, ModelState
from .prompts import encode_chat, encode_complete
from .running_calls import RunningCalls
from .status import CallAbortedError
from .tokens import detokenize, tokenize

log = logging.getLogger(__name__)

#: Enough for the marker that a template may leave at the end of a prompt.
_PROMPT_END_TOKENS = 16


@dataclass(frozen=True, slots=True)
class ParserNames:
    """`auto`: as the chat template tells."""

    tools: str = "auto"
    reasoning: str = "auto"


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A request that was accepted."""

    settings: Settings
    prompt: Sequence[int]
    echo: str = ""
    create_parser: Callable[[], AnswerParser | None] = lambda: None


_Prepare = Callable[[LoadedModel], Awaitable[_Prepared]]


class Inference:
    def __init__(self, model: ModelState, calls: RunningCalls, parsers: ParserNames) -> None:
        self._model = model
        self._calls = calls
        self._parsers = parsers

    def handler(self) -> grpc.GenericRpcHandler:
        return service_handler(
            INFERENCE,
            {
                "Chat": stream(self.chat),
                "Complete": stream(self.complete),
                "Embed": unary(self.embed),
                "Tokenize": unary(self.tokenize),
                "Detokenize": unary(self.detokenize),
                "Abort": unary(self.abort),
            },
        )

    def output_format(self, template: str) -> OutputFormat:
        return resolve_output_format(template, self._parsers.tools, self._parsers.reasoning)

    def chat(self, request: wire.ChatRequest) -> AsyncGenerator[wire.GenerateEvent, None]:
        return self._answer(request, lambda loaded: self._prepare_chat(request, loaded))

    def complete(self, request: wire.CompleteRequest) -> AsyncGenerator[wire.GenerateEvent, None]:
        return self._answer(request, lambda loaded: self._prepare_complete(request, loaded))

    async def embed(self, request: wire.EmbedRequest) -> wire.EmbedResponse:
        loaded = self._model.require()
        async with self._calls.enter(request.context.request_id, 1):
            return await embed(loaded.backend, loaded.description, request)

    async def tokenize(self, request: wire.TokenizeRequest) -> wire.TokenizeResponse:
        loaded = self._model.require()
        return await tokenize(loaded.backend, loaded.description, request)

    async def detokenize(self, request: wire.DetokenizeRequest) -> wire.DetokenizeResponse:
        loaded = self._model.require()
        return await detokenize(loaded.backend, loaded.description, request)

    async def abort(self, request: wire.AbortRequest) -> wire.AbortResponse:
        why = CallAbortedError(f"aborted by name{f': {request.reason[:200]}' if request.reason else ''}")
        aborted = await self._calls.abort(None if request.all else request.request_ids, why)
        log.info("aborted %d requests by name", aborted, extra={"reason": request.reason[:200]})
        return wire.AbortResponse(aborted=aborted)

    async def _answer(
        self, request: GenerationRequest, prepare: _Prepare
    ) -> AsyncGenerator[wire.GenerateEvent, None]:
        """Started, then the events of all choices."""
        loaded = self._model.require()
        if "complete" not in loaded.backend.features:
            raise WorkerError("UNSUPPORTED_FEATURE", "this model makes embeddings and generates nothing")
        choices = max(1, request.sampling.n)
        async with self._calls.enter(request.context.request_id, choices):
            ahead = max(0, self._calls.choices - self._calls.slots)
            prepared = await prepare(loaded)
            assert_fits(len(prepared.prompt), loaded.description.context_length)
            yield wire.GenerateEvent(started=_encode_started(prepared))
            if ahead > 0:
                yield wire.GenerateEvent(progress=wire.Progress(queue_position=ahead))
            events = _generate(prepared, loaded)
            async with contextlib.aclosing(events):
                async for event in events:
                    yield event

    async def _prepare_chat(self, request: wire.ChatRequest, loaded: LoadedModel) -> _Prepared:
        backend, model = loaded.backend, loaded.description
        settings = decode_settings(request, backend.features, model)
        refuse({"response.echo": settings.response.echo})
        template = request.chat_template or model.chat_template
        output = self.output_format(template)
        tools = [tool.name for tool in request.tools] if decode_tools(request, template) else []
        if tools and output.calls is None:
            raise unsupported(
                "tools", "are not supported: how this model writes calls is not known; see --tool-parser"
            )
        prompt = await encode_chat(backend, model, request)
        end = ""
        if output.reasoning:
            end = await backend.decode(prompt[-_PROMPT_END_TOKENS:], False)
        return _Prepared(settings, prompt, create_parser=lambda: create_answer_parser(output, tools, end))

    async def _prepare_complete(self, request: wire.CompleteRequest, loaded: LoadedModel) -> _Prepared:
        backend, model = loaded.backend, loaded.description
        refuse({"suffix": request.suffix, "media": request.media})
        settings = decode_settings(request, backend.features, model)
        prompt = await encode_complete(backend, model, request)
        echo = ""
        if settings.response.echo:
            is_text = request.WhichOneof("prompt") == "text"
            echo = request.text if is_text else await backend.decode(prompt, True)
        return _Prepared(settings, prompt, echo)


def _generate(prepared: _Prepared, loaded: LoadedModel) -> AsyncGenerator[wire.GenerateEvent, None]:
    settings = prepared.settings
    generations = plan_choices(settings, prepared.prompt, loaded.description.context_length)
    choices = [
        Choice(index, settings.response, prepared.create_parser(), prepared.echo)
        for index in range(len(generations))
    ]
    return generate(loaded.backend, generations, choices, settings.response.flush_interval)


def _encode_started(prepared: _Prepared) -> wire.Started:
    started = wire.Started(prompt_tokens=len(prepared.prompt))
    if prepared.settings.response.token_ids:
        started.prompt_token_ids.extend(prepared.prompt)
    return started
