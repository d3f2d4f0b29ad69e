import type {
  Embeddings,
  EmbedRequest,
  EngineEvent,
  EngineStatus,
  GenerateRequest,
  LoadOptions,
  ModelInfo,
} from './types.ts'

/** One loaded model. What the gateway knows about any engine; nothing else crosses this line. */
export interface Engine {
  readonly kind: string
  readonly info: ModelInfo
  /**
   * Applies the chat template, tokenizes and checks that the prompt fits; holds no slot.
   * Rejects with `context_length_exceeded` (details n_prompt_tokens, n_ctx) or `invalid_request`.
   */
  prepare(request: GenerateRequest): Promise<Prepared>
  /** Absent: it makes no embeddings. Rejects with `context_length_exceeded`, which names the input. */
  embed?: ((request: EmbedRequest, signal: AbortSignal) => Promise<Embeddings>) | undefined
  tokenize(text: string): Promise<number[]>
  detokenize(tokens: number[]): Promise<string>
  /**
   * Forgets the prompts that are kept for later requests: those that begin from now on find nothing. What runs goes on,
   * and what it leaves is forgotten with it. Absent: it cannot. Rejects with `unsupported_parameter` where a worker cannot.
   */
  resetPrefixCache?: (() => Promise<void>) | undefined
  status(): EngineStatus
  /** Idempotent. Running generations end with `engine_failed`; native memory is free when it resolves. */
  close(): Promise<void>
}

/** A request that fits. Good for several choices: each `generate` is one independent generation. */
export interface Prepared {
  readonly promptTokens: number
  /** The prompt as tokens, where the engine knows them; made when asked for. */
  promptTokenIds?(): number[]
  /**
   * Ends with exactly one `finish` event, or throws an AppError. Aborting `signal`, or leaving the loop
   * early, frees the slot after the decode in flight; after an abort it throws `cancelled`.
   * `choice` counts from 0 and is added to the seed, so that choices differ and still repeat.
   */
  generate(choice: number, signal: AbortSignal): Generating
}

export interface Generating extends AsyncIterable<EngineEvent> {
  /** Who computes it, as in `sluice ps`; known from its first event on, where there are several. */
  readonly worker?: string | undefined
}

/** Makes engines of one kind. `load` rejects with `invalid_model`, `insufficient_memory` or `cancelled`. */
export interface EngineLoader {
  readonly kind: string
  load(
    options: LoadOptions,
    hooks: { signal: AbortSignal; onProgress(fraction: number): void },
  ): Promise<Engine>
}
