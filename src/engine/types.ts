/** The words that gateway and engines share. No dialect's field names, no HTTP, no files of ours. */

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter'

/** Token counts are the engine's own. `cachedTokens` of the prompt were found in a slot's KV cells. */
export type Usage = {
  promptTokens: number
  cachedTokens: number
  completionTokens: number
  /** Part of `completionTokens`, where the engine can tell. */
  reasoningTokens?: number
}

/** Milliseconds, measured in the engine: waiting for a slot, prompt processing, generation. */
export type Timings = { queueMs: number; prefillMs: number; decodeMs: number }

export type ToolCall = { id: string; name: string; argumentsJson: string }

export type Message = {
  role: 'system' | 'user' | 'assistant' | 'tool'
  text: string
  name?: string
  /** Only on assistant turns. */
  toolCalls?: ToolCall[]
  /** Only on tool turns: which call this answers. */
  toolCallId?: string
}

export type Prompt =
  | { kind: 'chat'; messages: Message[] }
  | { kind: 'text'; text: string }
  | { kind: 'tokens'; tokens: number[] }

/** Absent means "the engine's default"; the engine must not apply a sampler that nobody asked for. */
export type Sampling = {
  temperature?: number
  topP?: number
  topK?: number
  minP?: number
  seed?: number
  presencePenalty?: number
  frequencyPenalty?: number
  repetitionPenalty?: number
  /** Token id -> added to its logit; -100 bans, 100 forces. */
  logitBias?: Map<number, number>
}

export type GenerateRequest = {
  prompt: Prompt
  sampling: Sampling
  /** Absent: until the model stops or its context is full. */
  maxTokens?: number
  /** No end before so many tokens: neither an end-of-generation token nor a stop string. At most `maxTokens`. */
  minTokens?: number
  /** Matched on text, across token borders; never part of the output. */
  stop: string[]
  /** Keep going after the end-of-generation token (for benchmarks). */
  ignoreEos: boolean
  /** When its caller stops waiting, on the clock of `performance.now()`; its signal aborts then. */
  deadline?: number
}

export type TextPrompt = Exclude<Prompt, { kind: 'chat' }>

export type EmbedRequest = {
  inputs: TextPrompt[]
  /** Cut vectors to this length; undefined: the model's own. */
  dimensions: number | undefined
  /** As of a `GenerateRequest`. */
  deadline?: number
}
/** One vector of length 1 per input, in their order. */
export type Embeddings = { vectors: Float32Array[]; promptTokens: number; worker?: string }

export type TextDelta = {
  type: 'text-delta'
  text: string
  /** How many sampled tokens this text stands for (held-back text is counted where it leaves). */
  tokens: number
  /** What the model thinks before it answers, where the engine can tell the two apart. */
  reasoning?: true
}

/** Named noun-action, like the parts of a sentence: `text-delta`, never `emitText`. */
export type EngineEvent =
  | { type: 'prompt-progress'; processed: number; total: number }
  | TextDelta
  | { type: 'finish'; reason: FinishReason; usage: Usage; timings: Timings }

export type ModelInfo = {
  /** e.g. `llama`, `qwen2`. */
  architecture: string
  /** e.g. `Q8_0`; undefined where it has no meaning. */
  quantization: string | undefined
  parameters: number | undefined
  sizeBytes: number
  /** Tokens that one request may use, prompt and answer together. */
  contextLength: number
  trainedContextLength: number
  vocabularySize: number
  hasChatTemplate: boolean
}

/** A model that requests may name, loaded or not. */
export type ModelListing = {
  id: string
  aliases: string[]
  /** Unix seconds. */
  created: number
  status: 'unloaded' | 'loading' | 'loaded'
  /** Present once the model is loaded. */
  info?: ModelInfo
  slots?: number
}
export type ModelDirectory = { list(): ModelListing[]; find(id: string): ModelListing | undefined }

export type EngineStatus = {
  slots: number
  busySlots: number
  /** Requests inside the engine that wait for a slot. */
  waiting: number
  /** Milliseconds since the last step ended, while there is work; else 0. Large: accepts but does not generate. */
  stepAgeMs: number
  /** CPU threads in use, where the engine knows. */
  threads: number | undefined
  counters: EngineCounters
}

/** Totals since load. */
export type EngineCounters = {
  steps: number
  prefillTokens: number
  cachedTokens: number
  decodeTokens: number
  cancelled: number
  /** Number of decode steps by how many sequences generated a token in them. */
  stepsByBatchSize: Record<number, number>
}

export type LoadOptions = {
  /** A file, or whatever the engine kind understands as a source. */
  source: string
  /** Tokens per slot; undefined: the model's own, capped by the engine. */
  contextLength: number | undefined
  /** Slots: requests generated at the same time; undefined: as many as the engine finds sensible. */
  parallel: number | undefined
  threads: number | undefined
  /** Most prompt tokens in one step: a larger prefill chunk delays everybody's next token. */
  batchTokens: number
  gpuLayers: number | 'auto'
}
