"""The backend that the server talks to, over one AsyncLLM."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence

from ..backend import BackendLoad, Device, Event, Generation, ModelDescription
from ..chat_output.answer_parser import resolve_output_format
from ..errors import WorkerError
from ..hugging_face_tokenizer import HuggingFaceTokenizer
from ..tokenizer_thread import TokenizerThread
from .description import describe_devices, describe_model
from .library import Engine, Library, RequestOutput
from .load_failure import explain_load_failure
from .outputs import OutputReader
from .sampling import sampling_params
from .statistics import Statistics, stat_logger


class VllmBackend(TokenizerThread):
    name = "vllm"

    def __init__(self, library: Library, arguments: dict[str, object]) -> None:
        super().__init__()
        self.version = library.version
        self._library = library
        self._arguments = arguments
        self._statistics = Statistics()
        self._engine: Engine | None = None
        self._generates = True
        self._shows_special = False
        self._active = 0
        self._cancelled = 0
        #: When the engine got work after it had none.
        self._woken = 0.0
        self._closed = False

    @property
    def features(self) -> Sequence[str]:
        if not self._generates:
            return ("embed",)
        return ("chat", "complete", "logprobs", "structured_output", "cache_salt", "bypass_prefix_cache")

    @property
    def failure(self) -> WorkerError | None:
        if self._engine is None or self._closed or not self._engine.errored:
            return None
        return WorkerError("ENGINE_FAILED", "vLLM's engine has died; its log says why")

    async def load(self, progress: Callable[[float, str], None]) -> ModelDescription:
        progress(0.0, "loading with vLLM")
        # It starts the engine's own process and waits until that has warmed up.
        engine = await asyncio.to_thread(self._start)
        self._engine = engine
        tokenizer = HuggingFaceTokenizer(engine.get_tokenizer())
        self.use_tokenizer(tokenizer)
        self._generates = engine.vllm_config.model_config.runner_type == "generate"
        template = tokenizer.chat_template if self._generates else ""
        output = resolve_output_format(template, "auto", "auto")
        self._shows_special = output.calls is not None or output.reasoning
        progress(1.0, "ready")
        return describe_model(engine, template)

    def devices(self) -> list[Device]:
        return describe_devices()

    async def generate(self, generation: Generation) -> AsyncIterator[Event]:
        engine = self._loaded()
        params = sampling_params(self._library, generation, shows_special=self._shows_special)
        prompt: dict[str, object] = {"prompt_token_ids": list(generation.prompt)}
        if generation.cache_salt:
            prompt["cache_salt"] = generation.cache_salt
        reader = OutputReader(generation, self.token_bytes)
        # Lower goes first there.
        outputs = engine.generate(prompt, params, uuid.uuid4().hex, priority=-generation.priority)
        finished = False
        self._enter()
        try:
            async for output in _translated(outputs):
                for event in reader.read(output):
                    yield event
                finished = output.finished
        finally:
            self._active -= 1
            self._cancelled += not finished
            # vLLM frees the row when the generator is closed.
            await outputs.aclose()

    async def embed(self, inputs: Sequence[Sequence[int]]) -> list[list[float]]:
        self._loaded()
        if self._generates:
            raise WorkerError("UNSUPPORTED_FEATURE", "vLLM makes embeddings with embedding models only")
        return list(await asyncio.gather(*(self._embed(tokens) for tokens in inputs)))

    async def forget_prompts(self) -> None:
        if await self._loaded().reset_prefix_cache() is False:
            message = "vLLM forgets prompts only while nothing runs: try again when it is idle"
            raise WorkerError("QUEUE_FULL", message, retry_after_ms=1000)

    def load_now(self) -> BackendLoad:
        config = self._loaded().vllm_config
        statistics, cache = self._statistics, config.cache_config
        kv_tokens = (cache.num_gpu_blocks or 0) * cache.block_size
        waiting = min(statistics.waiting, self._active)
        last = max(statistics.last_step, self._woken)
        return BackendLoad(
            running=self._active - waiting,
            waiting=waiting,
            slots=config.scheduler_config.max_num_seqs,
            used_kv_tokens=round(statistics.kv_usage * kv_tokens),
            max_kv_tokens=kv_tokens,
            step_age_seconds=time.perf_counter() - last if self._active else 0.0,
            steps=statistics.steps,
            prefill_tokens=statistics.prefill_tokens,
            cached_tokens=statistics.cached_tokens,
            decode_tokens=statistics.decode_tokens,
            cancelled=self._cancelled,
            steps_by_batch_size=dict(statistics.steps_by_batch_size),
        )

    async def close(self) -> None:
        self._closed = True
        engine, self._engine = self._engine, None
        self.close_tokenizer()
        if engine is not None:
            await asyncio.to_thread(engine.shutdown)

    def _start(self) -> Engine:
        try:
            return self._library.create_engine(
                self._library.engine_arguments(**self._arguments),
                stat_loggers=[stat_logger(self._library, self._statistics)],
            )
        except Exception as error:
            raise explain_load_failure(error, str(self._arguments["model"])) from error

    async def _embed(self, tokens: Sequence[int]) -> list[float]:
        engine = self._loaded()
        # Without activation they are as the pooler made them: not normalized.
        params = self._library.pooling_params(task="embed", use_activation=False)
        self._enter()
        try:
            outputs = engine.encode({"prompt_token_ids": list(tokens)}, params, uuid.uuid4().hex)
            async for output in outputs:
                return [float(value) for value in output.outputs.data.tolist()]
        finally:
            self._active -= 1
        raise WorkerError("ENGINE_FAILED", "vLLM gave no embedding")

    def _enter(self) -> None:
        if self._active == 0:
            self._woken = time.perf_counter()
        self._active += 1

    def _loaded(self) -> Engine:
        if self._engine is None:
            raise WorkerError("ENGINE_FAILED", "the model is not loaded")
        return self._engine


async def _translated(outputs: AsyncGenerator[RequestOutput, None]) -> AsyncIterator[RequestOutput]:
    """vLLM validates requests itself: what it says then is the caller's to read."""
    try:
        async for output in outputs:
            yield output
    except ValueError as error:
        raise WorkerError("INVALID_REQUEST", f"vLLM refuses the request: {error}") from error
