"""The backend that the server talks to: requests on the event loop, MLX on a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Sequence

from ..backend import BackendLoad, Device, Event, Finish, Generation, ModelDescription, Sampling
from ..errors import WorkerError
from ..hugging_face_tokenizer import HuggingFaceTokenizer
from ..tokenizer_thread import TokenizerThread
from .engine import Loaded, MlxEngine
from .job import Job
from .library import Library
from .mailbox import Mailbox
from .settings import MlxSettings

#: Seconds that a closed generation waits for its row; only a stuck engine takes longer than one step.
_RELEASE_TIMEOUT = 30.0
#: Of models that tell no length.
_DEFAULT_CONTEXT = 4096
_GREEDY = Sampling(temperature=0)


class MlxBackend(TokenizerThread):
    name = "mlx"
    #: mlx-lm makes no embeddings, and cannot hold an answer to a grammar.
    features: Sequence[str] = ("chat", "complete", "logprobs")

    def __init__(self, library: Library, settings: MlxSettings) -> None:
        super().__init__()
        self.version = library.version
        self._settings = settings
        self._engine = MlxEngine(library, settings)
        self._loaded: Loaded | None = None
        self._context = 0
        self._thread: threading.Thread | None = None

    @property
    def failure(self) -> WorkerError | None:
        return self._engine.failure

    async def load(self, progress: Callable[[float, str], None]) -> ModelDescription:
        progress(0.0, f"loading {self._settings.model}")
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[Loaded] = loop.create_future()
        self._thread = threading.Thread(
            target=self._live, args=(loop, ready), name="sluice-engine", daemon=True
        )
        self._thread.start()
        loaded = await ready
        tokenizer = HuggingFaceTokenizer(loaded.tokenizer)
        self._loaded = loaded
        self.use_tokenizer(tokenizer)
        description = self._describe(loaded, tokenizer)
        self._context = description.context_length
        progress(0.9, "warming up")
        await self._warm_up()
        progress(1.0, "ready")
        return description

    def devices(self) -> list[Device]:
        if self._loaded is None:
            return []
        free = self._engine.load_now(self._context).memory_free
        return [Device("metal", self._loaded.device, 0, self._loaded.memory_total, free)]

    async def generate(self, generation: Generation) -> AsyncIterator[Event]:
        loaded = self._require()
        silent = frozenset(loaded.tokenizer.eos_token_ids)
        detokenizer = loaded.tokenizer.detokenizer
        job = Job(generation, Mailbox(), detokenizer, silent, self.token_bytes)
        self._engine.submit(job)
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
                self._engine.cancel(job)
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(job.mailbox.released.wait(), _RELEASE_TIMEOUT)

    async def embed(self, inputs: Sequence[Sequence[int]]) -> list[list[float]]:
        raise WorkerError("UNSUPPORTED_FEATURE", "the mlx backend makes no embeddings")

    async def forget_prompts(self) -> None:
        """It keeps none."""

    def load_now(self) -> BackendLoad:
        return self._engine.load_now(self._context)

    async def close(self) -> None:
        self._engine.close(WorkerError("ENGINE_FAILED", "the model was unloaded"))
        self.close_tokenizer()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    def _live(self, loop: asyncio.AbstractEventLoop, ready: asyncio.Future[Loaded]) -> None:
        def settle(result: Loaded | WorkerError) -> None:
            if ready.done():
                return
            if isinstance(result, WorkerError):
                ready.set_exception(result)
            else:
                ready.set_result(result)

        try:
            self._engine.run(lambda loaded: loop.call_soon_threadsafe(settle, loaded) and None)
        except Exception as error:
            loop.call_soon_threadsafe(settle, _explain(error, self._settings.model))

    def _describe(self, loaded: Loaded, tokenizer: HuggingFaceTokenizer) -> ModelDescription:
        config = loaded.config.get("text_config", loaded.config)
        trained = int(config.get("max_position_embeddings", 0))
        quantization = loaded.config.get("quantization") or {}
        template = tokenizer.chat_template
        return ModelDescription(
            source=self._settings.model,
            architecture=str(loaded.config.get("model_type", "")),
            context_length=self._settings.context_length or trained or _DEFAULT_CONTEXT,
            trained_context_length=trained,
            vocabulary_size=int(config.get("vocab_size", len(loaded.tokenizer))),
            dtype=str(config.get("torch_dtype", config.get("dtype", ""))),
            parameters=loaded.parameters,
            size_bytes=loaded.size_bytes,
            has_chat_template=bool(template),
            embedding_dimensions=0,
            eos_token_ids=tuple(sorted(loaded.tokenizer.eos_token_ids)),
            quantization=f"{quantization['bits']} bit" if "bits" in quantization else "",
            chat_template=template,
        )

    async def _warm_up(self) -> None:
        """Compiles what the first request would wait for."""
        tokens = await self.encode_text("a", True)
        async for _ in self.generate(Generation(tokens, _GREEDY, max_tokens=2, ignore_eos=True)):
            pass

    def _require(self) -> Loaded:
        if self._loaded is None:
            raise WorkerError("ENGINE_FAILED", "the model is not loaded")
        return self._loaded


def _explain(error: Exception, model: str) -> WorkerError:
    text = " ".join(str(error).split())[:500] or type(error).__name__
    if "memory" in text.lower():
        return WorkerError("INSUFFICIENT_MEMORY", f"{model} does not fit: {text}; choose a smaller model")
    known = isinstance(error, (ValueError, OSError))
    return WorkerError("INVALID_MODEL" if known else "ENGINE_FAILED", f"mlx-lm cannot load {model}: {text}")
