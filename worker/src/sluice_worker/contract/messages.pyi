"""Written by tools/compile_contract.py from ../proto; not to be edited. Meanings stand in the proto files."""

# ruff: noqa: N802
import typing as _t
from collections.abc import Iterable as _Iterable
from collections.abc import Mapping as _Mapping
from collections.abc import MutableMapping as _MutableMapping
from collections.abc import MutableSequence as _MutableSequence

import typing_extensions as _te

class _Message:
    def SerializeToString(self, *, deterministic: bool = ...) -> bytes: ...
    @classmethod
    def FromString(cls, s: bytes) -> _te.Self: ...
    def HasField(self, field_name: str) -> bool: ...
    def ClearField(self, field_name: str) -> None: ...
    def CopyFrom(self, other: _te.Self) -> None: ...
    def MergeFrom(self, other: _te.Self) -> None: ...
    def WhichOneof(self, oneof_group: str) -> str | None: ...
    def ByteSize(self) -> int: ...

_T = _t.TypeVar("_T", bound=_Message)

class _Messages(_MutableSequence[_T]):
    def add(self, **fields: object) -> _T: ...

class TokenIds(_Message):
    ids: _MutableSequence[int]
    def __init__(self, *, ids: _Iterable[int] | None = ...) -> None: ...

class RequestContext(_Message):
    request_id: str
    model: str
    adapter: str
    tenant: str
    priority: int
    session_id: str
    cache_salt: str
    bypass_prefix_cache: bool
    extra_json: bytes
    def __init__(
        self,
        *,
        request_id: str | None = ...,
        model: str | None = ...,
        adapter: str | None = ...,
        tenant: str | None = ...,
        priority: int | None = ...,
        session_id: str | None = ...,
        cache_salt: str | None = ...,
        bypass_prefix_cache: bool | None = ...,
        extra_json: bytes | None = ...,
    ) -> None: ...

class SamplingParams(_Message):
    temperature: float
    top_p: float
    top_k: int
    min_p: float
    presence_penalty: float
    frequency_penalty: float
    repetition_penalty: float
    seed: int
    n: int
    logit_bias: _MutableMapping[int, float]
    def __init__(
        self,
        *,
        temperature: float | None = ...,
        top_p: float | None = ...,
        top_k: int | None = ...,
        min_p: float | None = ...,
        presence_penalty: float | None = ...,
        frequency_penalty: float | None = ...,
        repetition_penalty: float | None = ...,
        seed: int | None = ...,
        n: int | None = ...,
        logit_bias: _Mapping[int, float] | None = ...,
    ) -> None: ...

class StopCriteria(_Message):
    max_output_tokens: int
    min_output_tokens: int
    stop: _MutableSequence[str]
    stop_token_ids: _MutableSequence[int]
    include_stop_in_output: bool
    ignore_eos: bool
    def __init__(
        self,
        *,
        max_output_tokens: int | None = ...,
        min_output_tokens: int | None = ...,
        stop: _Iterable[str] | None = ...,
        stop_token_ids: _Iterable[int] | None = ...,
        include_stop_in_output: bool | None = ...,
        ignore_eos: bool | None = ...,
    ) -> None: ...

class StructuredOutput(_Message):
    class Choices(_Message):
        choices: _MutableSequence[str]
        def __init__(self, *, choices: _Iterable[str] | None = ...) -> None: ...

    json_schema: str
    json_object: bool
    regex: str
    grammar: str
    choice: Choices
    structural_tag: str
    grammar_syntax: str
    def __init__(
        self,
        *,
        json_schema: str | None = ...,
        json_object: bool | None = ...,
        regex: str | None = ...,
        grammar: str | None = ...,
        choice: Choices | None = ...,
        structural_tag: str | None = ...,
        grammar_syntax: str | None = ...,
    ) -> None: ...

class ResponseOptions(_Message):
    stream: bool
    token_ids: bool
    top_logprobs: int
    prompt_logprobs: int
    echo: bool
    flush_interval_ms: int
    def __init__(
        self,
        *,
        stream: bool | None = ...,
        token_ids: bool | None = ...,
        top_logprobs: int | None = ...,
        prompt_logprobs: int | None = ...,
        echo: bool | None = ...,
        flush_interval_ms: int | None = ...,
    ) -> None: ...

class Media(_Message):
    class Kind(int): ...
    KIND_UNSPECIFIED: Kind
    IMAGE: Kind
    AUDIO: Kind
    VIDEO: Kind
    FILE: Kind
    kind: int
    mime_type: str
    data: bytes
    url: str
    detail: str
    def __init__(
        self,
        *,
        kind: int | None = ...,
        mime_type: str | None = ...,
        data: bytes | None = ...,
        url: str | None = ...,
        detail: str | None = ...,
    ) -> None: ...

class Usage(_Message):
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    reasoning_tokens: int
    accepted_draft_tokens: int
    rejected_draft_tokens: int
    def __init__(
        self,
        *,
        prompt_tokens: int | None = ...,
        completion_tokens: int | None = ...,
        cached_tokens: int | None = ...,
        reasoning_tokens: int | None = ...,
        accepted_draft_tokens: int | None = ...,
        rejected_draft_tokens: int | None = ...,
    ) -> None: ...

class Timings(_Message):
    queue_us: int
    prefill_us: int
    decode_us: int
    def __init__(
        self, *, queue_us: int | None = ..., prefill_us: int | None = ..., decode_us: int | None = ...
    ) -> None: ...

class TokenLogprob(_Message):
    id: int
    logprob: float
    token_bytes: bytes
    top: _Messages[TokenLogprob]
    def __init__(
        self,
        *,
        id: int | None = ...,
        logprob: float | None = ...,
        token_bytes: bytes | None = ...,
        top: _Iterable[TokenLogprob] | None = ...,
    ) -> None: ...

class FinishReason(int): ...

FINISH_REASON_UNSPECIFIED: FinishReason
FINISH_REASON_STOP: FinishReason
FINISH_REASON_LENGTH: FinishReason
FINISH_REASON_TOOL_CALLS: FinishReason
FINISH_REASON_CONTENT_FILTER: FinishReason

class ContentPart(_Message):
    text: str
    media: Media
    refusal: str
    def __init__(
        self, *, text: str | None = ..., media: Media | None = ..., refusal: str | None = ...
    ) -> None: ...

class ToolCall(_Message):
    id: str
    name: str
    arguments_json: str
    def __init__(
        self, *, id: str | None = ..., name: str | None = ..., arguments_json: str | None = ...
    ) -> None: ...

class Message(_Message):
    role: str
    content: _Messages[ContentPart]
    name: str
    tool_calls: _Messages[ToolCall]
    tool_call_id: str
    reasoning: str
    def __init__(
        self,
        *,
        role: str | None = ...,
        content: _Iterable[ContentPart] | None = ...,
        name: str | None = ...,
        tool_calls: _Iterable[ToolCall] | None = ...,
        tool_call_id: str | None = ...,
        reasoning: str | None = ...,
    ) -> None: ...

class Tool(_Message):
    name: str
    description: str
    parameters_json: str
    strict: bool
    def __init__(
        self,
        *,
        name: str | None = ...,
        description: str | None = ...,
        parameters_json: str | None = ...,
        strict: bool | None = ...,
    ) -> None: ...

class ToolChoice(_Message):
    mode: str
    function_name: str
    def __init__(self, *, mode: str | None = ..., function_name: str | None = ...) -> None: ...

class ChatRequest(_Message):
    context: RequestContext
    messages: _Messages[Message]
    tools: _Messages[Tool]
    tool_choice: ToolChoice
    parallel_tool_calls: bool
    reasoning_effort: str
    chat_template_kwargs_json: bytes
    chat_template: str
    add_generation_prompt: bool
    continue_final_message: bool
    sampling: SamplingParams
    stop: StopCriteria
    structured_output: StructuredOutput
    response: ResponseOptions
    prompt_token_ids: TokenIds
    def __init__(
        self,
        *,
        context: RequestContext | None = ...,
        messages: _Iterable[Message] | None = ...,
        tools: _Iterable[Tool] | None = ...,
        tool_choice: ToolChoice | None = ...,
        parallel_tool_calls: bool | None = ...,
        reasoning_effort: str | None = ...,
        chat_template_kwargs_json: bytes | None = ...,
        chat_template: str | None = ...,
        add_generation_prompt: bool | None = ...,
        continue_final_message: bool | None = ...,
        sampling: SamplingParams | None = ...,
        stop: StopCriteria | None = ...,
        structured_output: StructuredOutput | None = ...,
        response: ResponseOptions | None = ...,
        prompt_token_ids: TokenIds | None = ...,
    ) -> None: ...

class CompleteRequest(_Message):
    context: RequestContext
    text: str
    token_ids: TokenIds
    suffix: str
    media: _Messages[Media]
    add_special_tokens: bool
    sampling: SamplingParams
    stop: StopCriteria
    structured_output: StructuredOutput
    response: ResponseOptions
    def __init__(
        self,
        *,
        context: RequestContext | None = ...,
        text: str | None = ...,
        token_ids: TokenIds | None = ...,
        suffix: str | None = ...,
        media: _Iterable[Media] | None = ...,
        add_special_tokens: bool | None = ...,
        sampling: SamplingParams | None = ...,
        stop: StopCriteria | None = ...,
        structured_output: StructuredOutput | None = ...,
        response: ResponseOptions | None = ...,
    ) -> None: ...

class GenerateEvent(_Message):
    started: Started
    delta: Delta
    finished: Finished
    progress: Progress
    def __init__(
        self,
        *,
        started: Started | None = ...,
        delta: Delta | None = ...,
        finished: Finished | None = ...,
        progress: Progress | None = ...,
    ) -> None: ...

class Started(_Message):
    prompt_tokens: int
    prompt_token_ids: _MutableSequence[int]
    prompt_logprobs: _Messages[TokenLogprob]
    def __init__(
        self,
        *,
        prompt_tokens: int | None = ...,
        prompt_token_ids: _Iterable[int] | None = ...,
        prompt_logprobs: _Iterable[TokenLogprob] | None = ...,
    ) -> None: ...

class Delta(_Message):
    index: int
    text: str
    reasoning: str
    tool_calls: _Messages[ToolCallDelta]
    token_ids: _MutableSequence[int]
    logprobs: _Messages[TokenLogprob]
    num_tokens: int
    def __init__(
        self,
        *,
        index: int | None = ...,
        text: str | None = ...,
        reasoning: str | None = ...,
        tool_calls: _Iterable[ToolCallDelta] | None = ...,
        token_ids: _Iterable[int] | None = ...,
        logprobs: _Iterable[TokenLogprob] | None = ...,
        num_tokens: int | None = ...,
    ) -> None: ...

class ToolCallDelta(_Message):
    index: int
    id: str
    name: str
    arguments_json_fragment: str
    def __init__(
        self,
        *,
        index: int | None = ...,
        id: str | None = ...,
        name: str | None = ...,
        arguments_json_fragment: str | None = ...,
    ) -> None: ...

class Finished(_Message):
    index: int
    reason: int
    stop_string: str
    stop_token_id: int
    usage: Usage
    timings: Timings
    full: Delta
    def __init__(
        self,
        *,
        index: int | None = ...,
        reason: int | None = ...,
        stop_string: str | None = ...,
        stop_token_id: int | None = ...,
        usage: Usage | None = ...,
        timings: Timings | None = ...,
        full: Delta | None = ...,
    ) -> None: ...

class Progress(_Message):
    queue_position: int
    prefill_tokens_done: int
    prefill_tokens_total: int
    def __init__(
        self,
        *,
        queue_position: int | None = ...,
        prefill_tokens_done: int | None = ...,
        prefill_tokens_total: int | None = ...,
    ) -> None: ...

class EmbedRequest(_Message):
    context: RequestContext
    inputs: _Messages[EmbedInput]
    dimensions: int
    normalize: bool
    prompt_name: str
    truncate: bool
    def __init__(
        self,
        *,
        context: RequestContext | None = ...,
        inputs: _Iterable[EmbedInput] | None = ...,
        dimensions: int | None = ...,
        normalize: bool | None = ...,
        prompt_name: str | None = ...,
        truncate: bool | None = ...,
    ) -> None: ...

class EmbedInput(_Message):
    text: str
    token_ids: TokenIds
    def __init__(self, *, text: str | None = ..., token_ids: TokenIds | None = ...) -> None: ...

class EmbedResponse(_Message):
    embeddings: _Messages[Embedding]
    usage: Usage
    def __init__(
        self, *, embeddings: _Iterable[Embedding] | None = ..., usage: Usage | None = ...
    ) -> None: ...

class Embedding(_Message):
    index: int
    f32le: bytes
    dimensions: int
    def __init__(
        self, *, index: int | None = ..., f32le: bytes | None = ..., dimensions: int | None = ...
    ) -> None: ...

class TokenizeRequest(_Message):
    context: RequestContext
    text: str
    chat: ChatRequest
    token_ids: TokenIds
    add_special_tokens: bool
    with_pieces: bool
    check_length: bool
    def __init__(
        self,
        *,
        context: RequestContext | None = ...,
        text: str | None = ...,
        chat: ChatRequest | None = ...,
        token_ids: TokenIds | None = ...,
        add_special_tokens: bool | None = ...,
        with_pieces: bool | None = ...,
        check_length: bool | None = ...,
    ) -> None: ...

class TokenizeResponse(_Message):
    token_ids: _MutableSequence[int]
    pieces: _MutableSequence[bytes]
    count: int
    context_length: int
    def __init__(
        self,
        *,
        token_ids: _Iterable[int] | None = ...,
        pieces: _Iterable[bytes] | None = ...,
        count: int | None = ...,
        context_length: int | None = ...,
    ) -> None: ...

class DetokenizeRequest(_Message):
    context: RequestContext
    token_ids: _MutableSequence[int]
    skip_special_tokens: bool
    def __init__(
        self,
        *,
        context: RequestContext | None = ...,
        token_ids: _Iterable[int] | None = ...,
        skip_special_tokens: bool | None = ...,
    ) -> None: ...

class DetokenizeResponse(_Message):
    text: str
    def __init__(self, *, text: str | None = ...) -> None: ...

class AbortRequest(_Message):
    request_ids: _MutableSequence[str]
    all: bool
    reason: str
    def __init__(
        self, *, request_ids: _Iterable[str] | None = ..., all: bool | None = ..., reason: str | None = ...
    ) -> None: ...

class AbortResponse(_Message):
    aborted: int
    def __init__(self, *, aborted: int | None = ...) -> None: ...

class Timestamp(_Message):
    seconds: int
    nanos: int
    def __init__(self, *, seconds: int | None = ..., nanos: int | None = ...) -> None: ...

class ModelState(int): ...

MODEL_STATE_UNSPECIFIED: ModelState
MODEL_STATE_LOADING: ModelState
MODEL_STATE_READY: ModelState
MODEL_STATE_DRAINING: ModelState
MODEL_STATE_FAILED: ModelState

class GetWorkerInfoRequest(_Message):
    def __init__(self) -> None: ...

class WorkerInfo(_Message):
    worker_id: str
    instance_id: str
    api_major: int
    api_minor: int
    engine: str
    engine_version: str
    features: _MutableSequence[str]
    max_concurrent_requests: int
    max_queue: int
    max_message_bytes: int
    devices: _Messages[Device]
    started_at: Timestamp
    labels: _MutableMapping[str, str]
    process_id: int
    def __init__(
        self,
        *,
        worker_id: str | None = ...,
        instance_id: str | None = ...,
        api_major: int | None = ...,
        api_minor: int | None = ...,
        engine: str | None = ...,
        engine_version: str | None = ...,
        features: _Iterable[str] | None = ...,
        max_concurrent_requests: int | None = ...,
        max_queue: int | None = ...,
        max_message_bytes: int | None = ...,
        devices: _Iterable[Device] | None = ...,
        started_at: Timestamp | None = ...,
        labels: _Mapping[str, str] | None = ...,
        process_id: int | None = ...,
    ) -> None: ...

class Device(_Message):
    kind: str
    name: str
    index: int
    memory_total: int
    memory_free: int
    def __init__(
        self,
        *,
        kind: str | None = ...,
        name: str | None = ...,
        index: int | None = ...,
        memory_total: int | None = ...,
        memory_free: int | None = ...,
    ) -> None: ...

class ListModelsRequest(_Message):
    def __init__(self) -> None: ...

class ListModelsResponse(_Message):
    models: _Messages[ModelInfo]
    def __init__(self, *, models: _Iterable[ModelInfo] | None = ...) -> None: ...

class ModelInfo(_Message):
    id: str
    source: str
    revision: str
    state: int
    error: str
    aliases: _MutableSequence[str]
    tasks: _MutableSequence[str]
    context_length: int
    trained_context_length: int
    vocabulary_size: int
    embedding_dimensions: int
    dtype: str
    quantization: str
    architecture: str
    parameters: int
    size_bytes: int
    has_chat_template: bool
    eos_token_ids: _MutableSequence[int]
    loaded_at: Timestamp
    def __init__(
        self,
        *,
        id: str | None = ...,
        source: str | None = ...,
        revision: str | None = ...,
        state: int | None = ...,
        error: str | None = ...,
        aliases: _Iterable[str] | None = ...,
        tasks: _Iterable[str] | None = ...,
        context_length: int | None = ...,
        trained_context_length: int | None = ...,
        vocabulary_size: int | None = ...,
        embedding_dimensions: int | None = ...,
        dtype: str | None = ...,
        quantization: str | None = ...,
        architecture: str | None = ...,
        parameters: int | None = ...,
        size_bytes: int | None = ...,
        has_chat_template: bool | None = ...,
        eos_token_ids: _Iterable[int] | None = ...,
        loaded_at: Timestamp | None = ...,
    ) -> None: ...

class LoadModelRequest(_Message):
    id: str
    source: str
    revision: str
    context_length: int
    max_concurrent_requests: int
    batch_tokens: int
    threads: int
    gpu_layers: int
    dtype: str
    engine_args_json: bytes
    def __init__(
        self,
        *,
        id: str | None = ...,
        source: str | None = ...,
        revision: str | None = ...,
        context_length: int | None = ...,
        max_concurrent_requests: int | None = ...,
        batch_tokens: int | None = ...,
        threads: int | None = ...,
        gpu_layers: int | None = ...,
        dtype: str | None = ...,
        engine_args_json: bytes | None = ...,
    ) -> None: ...

class LoadModelProgress(_Message):
    class Phase(int): ...
    PHASE_UNSPECIFIED: Phase
    RESOLVING: Phase
    DOWNLOADING: Phase
    VERIFYING: Phase
    LOADING: Phase
    WARMING_UP: Phase
    READY: Phase
    phase: int
    fraction: float
    bytes_done: int
    bytes_total: int
    message: str
    model: ModelInfo
    def __init__(
        self,
        *,
        phase: int | None = ...,
        fraction: float | None = ...,
        bytes_done: int | None = ...,
        bytes_total: int | None = ...,
        message: str | None = ...,
        model: ModelInfo | None = ...,
    ) -> None: ...

class UnloadModelRequest(_Message):
    id: str
    drain_timeout_ms: int
    def __init__(self, *, id: str | None = ..., drain_timeout_ms: int | None = ...) -> None: ...

class UnloadModelResponse(_Message):
    ended_requests: int
    def __init__(self, *, ended_requests: int | None = ...) -> None: ...

class ResetPrefixCacheRequest(_Message):
    model: str
    def __init__(self, *, model: str | None = ...) -> None: ...

class ResetPrefixCacheResponse(_Message):
    def __init__(self) -> None: ...

class GetLoadRequest(_Message):
    def __init__(self) -> None: ...

class WatchLoadRequest(_Message):
    interval_ms: int
    def __init__(self, *, interval_ms: int | None = ...) -> None: ...

class LoadReport(_Message):
    worker_id: str
    instance_id: str
    sequence: int
    observed_at: Timestamp
    models: _Messages[ModelLoad]
    memory_used_bytes: int
    memory_free_bytes: int
    draining: bool
    def __init__(
        self,
        *,
        worker_id: str | None = ...,
        instance_id: str | None = ...,
        sequence: int | None = ...,
        observed_at: Timestamp | None = ...,
        models: _Iterable[ModelLoad] | None = ...,
        memory_used_bytes: int | None = ...,
        memory_free_bytes: int | None = ...,
        draining: bool | None = ...,
    ) -> None: ...

class ModelLoad(_Message):
    model: str
    running_requests: int
    waiting_requests: int
    max_running_requests: int
    used_kv_tokens: int
    max_kv_tokens: int
    step_age_ms: int
    steps_total: int
    prefill_tokens_total: int
    cached_tokens_total: int
    decode_tokens_total: int
    cancelled_requests_total: int
    steps_by_batch_size: _MutableMapping[int, int]
    threads: int
    def __init__(
        self,
        *,
        model: str | None = ...,
        running_requests: int | None = ...,
        waiting_requests: int | None = ...,
        max_running_requests: int | None = ...,
        used_kv_tokens: int | None = ...,
        max_kv_tokens: int | None = ...,
        step_age_ms: int | None = ...,
        steps_total: int | None = ...,
        prefill_tokens_total: int | None = ...,
        cached_tokens_total: int | None = ...,
        decode_tokens_total: int | None = ...,
        cancelled_requests_total: int | None = ...,
        steps_by_batch_size: _Mapping[int, int] | None = ...,
        threads: int | None = ...,
    ) -> None: ...

class DrainRequest(_Message):
    timeout_ms: int
    def __init__(self, *, timeout_ms: int | None = ...) -> None: ...

class DrainResponse(_Message):
    in_flight: int
    def __init__(self, *, in_flight: int | None = ...) -> None: ...

class Any(_Message):
    type_url: str
    value: bytes
    def __init__(self, *, type_url: str | None = ..., value: bytes | None = ...) -> None: ...

class Duration(_Message):
    seconds: int
    nanos: int
    def __init__(self, *, seconds: int | None = ..., nanos: int | None = ...) -> None: ...

class Status(_Message):
    code: int
    message: str
    details: _Messages[Any]
    def __init__(
        self, *, code: int | None = ..., message: str | None = ..., details: _Iterable[Any] | None = ...
    ) -> None: ...

class ErrorInfo(_Message):
    reason: str
    domain: str
    metadata: _MutableMapping[str, str]
    def __init__(
        self, *, reason: str | None = ..., domain: str | None = ..., metadata: _Mapping[str, str] | None = ...
    ) -> None: ...

class RetryInfo(_Message):
    retry_delay: Duration
    def __init__(self, *, retry_delay: Duration | None = ...) -> None: ...

class HealthCheckRequest(_Message):
    service: str
    def __init__(self, *, service: str | None = ...) -> None: ...

class HealthCheckResponse(_Message):
    class ServingStatus(int): ...
    UNKNOWN: ServingStatus
    SERVING: ServingStatus
    NOT_SERVING: ServingStatus
    SERVICE_UNKNOWN: ServingStatus
    status: int
    def __init__(self, *, status: int | None = ...) -> None: ...
