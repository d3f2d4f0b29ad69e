/**
 * The messages of `proto/` as proto-loader gives them: absent scalars are undefined, lists always there when
 * read (and may be left out when written), 64-bit numbers are plain ones. Meanings and units stand in the proto.
 */

export type RequestContext = {
  requestId?: string
  model?: string
  adapter?: string
  tenant?: string
  priority?: number
  sessionId?: string
  cacheSalt?: string
  bypassPrefixCache?: boolean
  extraJson?: Uint8Array
}
export type TokenIds = { ids?: number[] }
export type SamplingParams = {
  temperature?: number
  topP?: number
  topK?: number
  minP?: number
  presencePenalty?: number
  frequencyPenalty?: number
  repetitionPenalty?: number
  seed?: number
  n?: number
  logitBias?: Record<number, number>
}
export type StopCriteria = {
  maxOutputTokens?: number
  minOutputTokens?: number
  stop?: string[]
  stopTokenIds?: number[]
  includeStopInOutput?: boolean
  ignoreEos?: boolean
}
export type StructuredOutput = {
  jsonSchema?: string
  jsonObject?: boolean
  regex?: string
  grammar?: string
  choice?: { choices?: string[] }
  structuralTag?: string
  grammarSyntax?: string
}
export type ResponseOptions = {
  stream?: boolean
  tokenIds?: boolean
  topLogprobs?: number
  promptLogprobs?: number
  echo?: boolean
  flushIntervalMs?: number
}
export type Media = { kind?: string; mimeType?: string; data?: Uint8Array; url?: string; detail?: string }
export type ContentPart = { text?: string; media?: Media; refusal?: string }
export type ToolCall = { id?: string; name?: string; argumentsJson?: string }
export type Message = {
  role?: string
  content?: ContentPart[]
  name?: string
  toolCalls?: ToolCall[]
  toolCallId?: string
  reasoning?: string
}
export type Tool = { name?: string; description?: string; parametersJson?: string; strict?: boolean }
/** What Chat and Complete have in common. */
export type GenerationSettings = {
  context?: RequestContext
  sampling?: SamplingParams
  stop?: StopCriteria
  structuredOutput?: StructuredOutput
  response?: ResponseOptions
}
export type ChatRequest = GenerationSettings & {
  messages?: Message[]
  tools?: Tool[]
  toolChoice?: { mode?: string; functionName?: string }
  parallelToolCalls?: boolean
  reasoningEffort?: string
  chatTemplateKwargsJson?: Uint8Array
  chatTemplate?: string
  addGenerationPrompt?: boolean
  continueFinalMessage?: boolean
  promptTokenIds?: TokenIds
}
export type CompleteRequest = GenerationSettings & {
  text?: string
  tokenIds?: TokenIds
  suffix?: string
  media?: Media[]
  addSpecialTokens?: boolean
}

export type Usage = {
  promptTokens?: number
  completionTokens?: number
  cachedTokens?: number
  reasoningTokens?: number
}
export type Timings = { queueUs?: number; prefillUs?: number; decodeUs?: number }
export type Started = { promptTokens?: number; promptTokenIds?: number[] }
export type Delta = {
  index?: number
  text?: string
  reasoning?: string
  tokenIds?: number[]
  numTokens?: number
}
export type FinishReason =
  | 'FINISH_REASON_UNSPECIFIED'
  | 'FINISH_REASON_STOP'
  | 'FINISH_REASON_LENGTH'
  | 'FINISH_REASON_TOOL_CALLS'
  | 'FINISH_REASON_CONTENT_FILTER'
export type Finished = {
  index?: number
  reason?: FinishReason
  stopString?: string
  stopTokenId?: number
  usage?: Usage
  timings?: Timings
  full?: Delta
}
export type Progress = { queuePosition?: number; prefillTokensDone?: number; prefillTokensTotal?: number }
export type GenerateEvent = {
  started?: Started
  delta?: Delta
  finished?: Finished
  progress?: Progress
}

export type EmbedInput = { text?: string; tokenIds?: TokenIds }
export type EmbedRequest = {
  context?: RequestContext
  inputs?: EmbedInput[]
  dimensions?: number
  normalize?: boolean
  promptName?: string
  truncate?: boolean
}
export type Embedding = { index?: number; f32le?: Uint8Array; dimensions?: number }
export type EmbedResponse = { embeddings?: Embedding[]; usage?: Usage }
export type TokenizeRequest = {
  context?: RequestContext
  text?: string
  chat?: ChatRequest
  tokenIds?: TokenIds
  addSpecialTokens?: boolean
  withPieces?: boolean
  checkLength?: boolean
}
export type TokenizeResponse = {
  tokenIds?: number[]
  pieces?: Uint8Array[]
  count?: number
  contextLength?: number
}
export type DetokenizeRequest = {
  context?: RequestContext
  tokenIds?: number[]
  skipSpecialTokens?: boolean
}
export type DetokenizeResponse = { text?: string }
export type AbortRequest = { requestIds?: string[]; all?: boolean; reason?: string }
export type AbortResponse = { aborted?: number }

export type Timestamp = { seconds?: number; nanos?: number }
export type Device = {
  kind?: string
  name?: string
  index?: number
  memoryTotal?: number
  memoryFree?: number
}
export type WorkerInfo = {
  workerId?: string
  instanceId?: string
  apiMajor?: number
  apiMinor?: number
  engine?: string
  engineVersion?: string
  features?: string[]
  maxConcurrentRequests?: number
  maxQueue?: number
  maxMessageBytes?: number
  devices?: Device[]
  startedAt?: Timestamp
  labels?: Record<string, string>
  processId?: number
}
export type ModelState =
  | 'MODEL_STATE_UNSPECIFIED'
  | 'MODEL_STATE_LOADING'
  | 'MODEL_STATE_READY'
  | 'MODEL_STATE_DRAINING'
  | 'MODEL_STATE_FAILED'
export type ModelInfo = {
  id?: string
  source?: string
  revision?: string
  state?: ModelState
  error?: string
  aliases?: string[]
  tasks?: string[]
  contextLength?: number
  trainedContextLength?: number
  vocabularySize?: number
  embeddingDimensions?: number
  dtype?: string
  quantization?: string
  architecture?: string
  parameters?: number
  sizeBytes?: number
  hasChatTemplate?: boolean
  eosTokenIds?: number[]
  loadedAt?: Timestamp
}
export type ListModelsResponse = { models?: ModelInfo[] }
export type LoadModelRequest = {
  id?: string
  source?: string
  revision?: string
  contextLength?: number
  maxConcurrentRequests?: number
  batchTokens?: number
  threads?: number
  gpuLayers?: number
  dtype?: string
  engineArgsJson?: Uint8Array
}
export type LoadPhase =
  | 'PHASE_UNSPECIFIED'
  | 'RESOLVING'
  | 'DOWNLOADING'
  | 'VERIFYING'
  | 'LOADING'
  | 'WARMING_UP'
  | 'READY'
export type LoadModelProgress = {
  phase?: LoadPhase
  fraction?: number
  bytesDone?: number
  bytesTotal?: number
  message?: string
  model?: ModelInfo
}
export type UnloadModelRequest = { id?: string; drainTimeoutMs?: number }
export type UnloadModelResponse = { endedRequests?: number }
export type ResetPrefixCacheRequest = { model?: string }
export type WatchLoadRequest = { intervalMs?: number }
export type ModelLoad = {
  model?: string
  runningRequests?: number
  waitingRequests?: number
  maxRunningRequests?: number
  usedKvTokens?: number
  maxKvTokens?: number
  stepAgeMs?: number
  stepsTotal?: number
  prefillTokensTotal?: number
  cachedTokensTotal?: number
  decodeTokensTotal?: number
  cancelledRequestsTotal?: number
  stepsByBatchSize?: Record<number, number>
  threads?: number
}
export type LoadReport = {
  workerId?: string
  instanceId?: string
  sequence?: number
  observedAt?: Timestamp
  models?: ModelLoad[]
  memoryUsedBytes?: number
  memoryFreeBytes?: number
  draining?: boolean
}
export type DrainRequest = { timeoutMs?: number }
export type DrainResponse = { inFlight?: number }

export type HealthCheckRequest = { service?: string }
export type HealthCheckResponse = { status?: 'UNKNOWN' | 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN' }

/** protobufjs brings this message itself, with its field's name as in the proto. */
export type Any = { type_url?: string; value?: Uint8Array }
export type RpcStatus = { code?: number; message?: string; details?: Any[] }
export type RpcErrorInfo = { reason?: string; domain?: string; metadata?: Record<string, string> }
export type RpcRetryInfo = { retryDelay?: { seconds?: number; nanos?: number } }
