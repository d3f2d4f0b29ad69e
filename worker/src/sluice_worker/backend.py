"""What a backend offers: one loaded model that generates for many requests at once.

The server knows gRPC, chat parsing and limits; a backend knows tokens. Nothing else crosses this line.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from .errors import WorkerError

FinishReason = Literal["stop", "length"]


@dataclass(frozen=True, slots=True)
class Sampling:
    """None means that no such sampler is applied; `temperature` None means 1, and 0 means greedy."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    repetition_penalty: float | None = None
    seed: int | None = None
    logit_bias: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Constraint:
    """`value`: a JSON Schema, a regular expression, a grammar or a structural tag as text, or the choices."""

    kind: Literal["json_schema", "json_object", "regex", "grammar", "choice", "structural_tag"]
    value: str | Sequence[str] = ""
    #: Of a grammar: gbnf, ebnf or lark.
    syntax: str = ""


@dataclass(frozen=True, slots=True)
class Generation:
    """One choice of one request. The prompt fits into the context and is not empty."""

    prompt: Sequence[int]
    sampling: Sampling
    #: Most tokens; never more than fit.
    max_tokens: int
    min_tokens: int = 0
    stop: Sequence[str] = ()
    stop_token_ids: Sequence[int] = ()
    include_stop: bool = False
    ignore_eos: bool = False
    #: None: no logprobs. Otherwise how many alternatives per token.
    top_logprobs: int | None = None
    priority: int = 0
    #: What the text must be; only where the backend lists `structured_output`.
    constraint: Constraint | None = None
    #: Prefixes are shared only between generations with equal salts; only where it lists `cache_salt`.
    cache_salt: str = ""
    #: Take nothing from the prefix cache; only where it lists `bypass_prefix_cache`.
    bypass_prefix_cache: bool = False


@dataclass(frozen=True, slots=True)
class Logprob:
    token: int
    logprob: float
    token_bytes: bytes
    top: Sequence[Logprob] = ()


@dataclass(frozen=True, slots=True)
class Prefill:
    """Some of the prompt is processed."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class TextDelta:
    """New text, whole characters. `tokens` are the sampled ones that it stands for."""

    text: str
    tokens: Sequence[int]
    logprobs: Sequence[Logprob] = ()


@dataclass(frozen=True, slots=True)
class Finish:
    """The last event. Counts are totals, and every sampled token counts, an end token too. In seconds."""

    reason: FinishReason
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    queue_seconds: float
    prefill_seconds: float
    decode_seconds: float
    stop_string: str | None = None
    stop_token: int | None = None


Event = Prefill | TextDelta | Finish


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """What ListModels tells of the model. Zero or an empty string: unknown."""

    source: str
    architecture: str
    context_length: int
    trained_context_length: int
    vocabulary_size: int
    dtype: str
    parameters: int
    size_bytes: int
    has_chat_template: bool
    embedding_dimensions: int
    eos_token_ids: Sequence[int] = ()
    quantization: str = ""
    #: The Jinja text by which `encode_chat` writes prompts; tells how the model writes calls and reasoning.
    chat_template: str = ""


@dataclass(frozen=True, slots=True)
class BackendLoad:
    """Gauges of this moment and totals since the model was loaded."""

    running: int
    waiting: int
    slots: int
    used_kv_tokens: int
    max_kv_tokens: int
    #: Since the last step ended, while there is work; else 0.
    step_age_seconds: float
    steps: int
    prefill_tokens: int
    cached_tokens: int
    decode_tokens: int
    cancelled: int
    steps_by_batch_size: dict[int, int]
    #: Bytes free on the device; 0: unknown.
    memory_free: int = 0


@dataclass(frozen=True, slots=True)
class Device:
    kind: str
    name: str
    index: int = 0
    memory_total: int = 0
    memory_free: int = 0


@dataclass(frozen=True, slots=True)
class ChatPrompt:
    """Messages and tools as chat templates know them: dicts with `role`, `content` and so on."""

    messages: list[dict[str, object]]
    tools: list[dict[str, object]] | None = None
    template: str | None = None
    template_arguments: dict[str, object] = field(default_factory=dict)
    add_generation_prompt: bool = True
    continue_final_message: bool = False


class Backend(Protocol):
    """Methods are called on one event loop. Anything raised but a WorkerError counts as ENGINE_FAILED."""

    name: str
    version: str

    @property
    def features(self) -> Sequence[str]:
        """Of the contract's list of features, those that depend on the backend: embed, logprobs, ..."""
        ...

    async def load(self, progress: Callable[[float, str], None]) -> ModelDescription:
        """Load and warm up; `progress` takes a fraction of 0 to 1 and what is being done, from any thread."""
        ...

    def devices(self) -> list[Device]: ...

    async def encode_chat(self, chat: ChatPrompt) -> list[int]:
        """Apply the chat template and tokenize. Raises INVALID_REQUEST for messages that it refuses."""
        ...

    async def encode_text(self, text: str, add_special_tokens: bool) -> list[int]: ...

    async def decode(self, tokens: Sequence[int], skip_special_tokens: bool) -> str: ...

    def token_bytes(self, token: int) -> bytes: ...

    def generate(self, generation: Generation) -> AsyncIterator[Event]:
        """Events of one choice, ending with Finish. It takes part in the batch from its first `anext` on.

        Closing the iterator (or cancelling its reader) frees the row and its cache within one step. A slow
        reader delays nobody and costs bounded memory: text that was not read yet is merged.
        """
        ...

    async def embed(self, inputs: Sequence[Sequence[int]]) -> list[list[float]]:
        """One unnormalized vector per input, mean pooled over the last hidden state. Inputs fit."""
        ...

    def load_now(self) -> BackendLoad: ...

    async def close(self) -> None:
        """End what runs with an error and free the memory. Idempotent."""
        ...


@runtime_checkable
class ForgetsPrompts(Protocol):
    """A backend that can empty its prefix cache."""

    async def forget_prompts(self) -> None:
        """Requests that begin afterwards find nothing in the cache. What runs goes on."""
        ...


@runtime_checkable
class ReportsFailure(Protocol):
    """A backend whose engine can end on its own: the server asks once a second, and ends with it."""

    @property
    def failure(self) -> WorkerError | None:
        """Why the engine has ended; None while it works, and after `close`."""
        ...
