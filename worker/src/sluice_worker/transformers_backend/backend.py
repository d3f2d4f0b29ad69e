"""The backend that the server talks to: requests on the event loop, the model on a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch
import transformers

from ..backend import BackendLoad, ChatPrompt, Device, Event, Finish, Generation, ModelDescription
from ..errors import WorkerError
from .devices import describe_device, read_memory
from .embedder import EmbedTask
from .job import Job
from .mailbox import Mailbox
from .row_sampler import RowSampler
from .settings import TransformersSettings
from .start import Started, release_model, start_model

_T = TypeVar("_T")
#: Seconds that a closed generation waits for its row; only a stuck engine takes longer than one step.
_RELEASE_TIMEOUT = 30.0


class TransformersBackend:
    """Continuous batching over one transformers model; see the package's docstring."""

    name = "transformers"
    version = f"{transformers.__version__} (torch {torch.__version__})"

    def __init__(self, settings: TransformersSettings) -> None:
        self._settings = settings
        self._started: Started | None = None
        #: The same, as soon as the engine thread has it: what `close` must end even if nobody waits for the
        #: load.
        self._running: Started | None = None
        self._thread: threading.Thread | None = None
        self._device: torch.device | None = None
        self._closed = False
        # Tokenizers change while they encode, so one thread does all of it.
        self._encoder = ThreadPoolExecutor(1, thread_name_prefix="sluice-tokenizer")

    @property
    def features(self) -> Sequence[str]:
        if self._started is not None and not self._started.causal:
            return ("embed",)
        return ("chat", "complete", "embed", "logprobs")

    async def load(self, progress: Callable[[float, str], None]) -> ModelDescription:
        """Everything that touches the model, loading too, happens on the engine thread.

        Cancelling it stops the load at its next step and closes the backend.
        """
        if self._thread is not None or self._closed:
            raise WorkerError("ENGINE_FAILED", "this backend was loaded or closed before: make a new one")
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[Started] = loop.create_future()
        self._thread = threading.Thread(
            target=self._live, args=(loop, ready, progress), name="sluice-engine", daemon=True
        )
        self._thread.start()
        try:
            started = await ready
        except asyncio.CancelledError:
            self._end()
            raise
        if self._closed:
            raise _closed_error()
        self._started, self._device = started, started.device
        return started.description

    @property
    def failure(self) -> WorkerError | None:
        return None if self._started is None else self._started.engine.failure

    def devices(self) -> list[Device]:
        return [] if self._device is None else [describe_device(self._device)]

    async def encode_chat(self, chat: ChatPrompt) -> list[int]:
        return await self._encode(lambda started: started.prompts.encode(chat))

    async def encode_text(self, text: str, add_special_tokens: bool) -> list[int]:
        return await self._encode(lambda started: started.prompts.encode_text(text, add_special_tokens))

    async def decode(self, tokens: Sequence[int], skip_special_tokens: bool) -> str:
        return self._require().vocabulary.decode(tokens, skip_special_tokens)

    def token_bytes(self, token: int) -> bytes:
        return self._require().vocabulary.token_bytes(token)

    async def generate(self, generation: Generation) -> AsyncGenerator[Event, None]:
        started = self._require()
        if not started.causal:
            raise WorkerError(
                "UNSUPPORTED_FEATURE", "this model encodes: it makes embeddings and generates nothing"
            )
        self._assert_tokens(generation.prompt, "prompt")
        self._assert_tokens(list(generation.sampling.logit_bias), "logit_bias")
        vocabulary = started.vocabulary
        sampler = RowSampler(generation, vocabulary.end_tokens, started.device)
        job = Job(generation, Mailbox(), vocabulary, sampler)
        if generation.max_tokens < 1:
            yield job.finish_empty()
            return
        started.engine.submit(job)
        finished = False
        try:
            while not finished:
                event = await job.mailbox.get()
                finished = isinstance(event, Finish)
                yield event
        except WorkerError:
            finished = True
            raise
        finally:
            if not finished:
                await self._cancel(started, job)

    async def embed(self, inputs: Sequence[Sequence[int]]) -> list[list[float]]:
        started = self._require()
        for tokens in inputs:
            if not tokens:
                raise WorkerError(
                    "INVALID_REQUEST", "an input has no tokens: there is nothing to embed", param="input"
                )
            self._assert_tokens(tokens, "input")
        if not inputs:
            return []
        task = EmbedTask(inputs)
        started.engine.embed(task)
        return await task.future

    async def forget_prompts(self) -> None:
        loop = asyncio.get_running_loop()
        done = asyncio.Event()

        def tell() -> None:
            loop.call_soon_threadsafe(done.set)

        self._require().engine.forget(tell)
        await done.wait()

    def load_now(self) -> BackendLoad:
        started = self._require()
        return started.engine.load(read_memory(started.device)[1])

    async def close(self) -> None:
        self._end()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)
        self._encoder.shutdown(wait=False)

    def _end(self) -> None:
        self._closed = True
        self._started = None
        # The engine thread sets `_running` and then looks at `_closed`, so one of the two sees the other.
        if self._running is not None:
            self._running.engine.close(_closed_error())

    def _live(
        self,
        loop: asyncio.AbstractEventLoop,
        ready: asyncio.Future[Started],
        progress: Callable[[float, str], None],
    ) -> None:
        """The engine thread, from loading to the model's end."""

        def report(fraction: float, message: str) -> None:
            if self._closed:
                raise _closed_error()
            progress(fraction, message)

        with torch.inference_mode():
            try:
                started, forward = start_model(self._settings, report)
            except BaseException as error:
                failure = error if isinstance(error, WorkerError) else _load_error(error)
                loop.call_soon_threadsafe(_settle, ready, None, failure)
                return
            self._running = started
            if self._closed:
                started.engine.close(_closed_error())
            loop.call_soon_threadsafe(_settle, ready, started, None)
            started.engine.run(forward)
        del forward
        release_model(started.device)

    async def _encode(self, work: Callable[[Started], _T]) -> _T:
        started = self._require()
        return await asyncio.get_running_loop().run_in_executor(self._encoder, work, started)

    async def _cancel(self, started: Started, job: Job) -> None:
        started.engine.cancel(job)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(job.mailbox.released.wait(), _RELEASE_TIMEOUT)

    def _require(self) -> Started:
        if self._started is None:
            if self._closed:
                raise _closed_error()
            raise WorkerError("LOADING", "the model is not loaded yet")
        return self._started

    def _assert_tokens(self, tokens: Sequence[int], param: str) -> None:
        size = self._require().vocabulary.size
        if tokens and not (min(tokens) >= 0 and max(tokens) < size):
            message = f"{param} holds a token id that does not exist: the vocabulary has {size} tokens"
            raise WorkerError("INVALID_REQUEST", message, param=param)


def _closed_error() -> WorkerError:
    return WorkerError("ENGINE_FAILED", "the model was unloaded")


def _load_error(error: BaseException) -> WorkerError:
    failure = WorkerError("ENGINE_FAILED", f"the model could not be loaded: {error}")
    failure.__cause__ = error
    return failure


def _settle(ready: asyncio.Future[Started], started: Started | None, error: Exception | None) -> None:
    if ready.done():
        return
    if started is not None:
        ready.set_result(started)
    elif error is not None:
        ready.set_exception(error)
