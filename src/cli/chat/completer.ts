/** What the chat needs from the outside. The daemon's client provides it; tests script it. */

export type ChatMessage = { role: 'system' | 'user' | 'assistant'; content: string }

/** Named as on the wire, because that is how people know them from other tools and type them in `/set`. */
export type ChatOptions = {
  temperature?: number
  top_p?: number
  top_k?: number
  min_p?: number
  seed?: number
  max_tokens?: number
  stop?: string[]
  presence_penalty?: number
  frequency_penalty?: number
  repetition_penalty?: number
}

export type ChatRequest = { model: string; messages: ChatMessage[]; options: ChatOptions }

export type ChatUsage = { promptTokens: number; cachedTokens: number; completionTokens: number }

/** Milliseconds as the engine measured them. */
export type ChatTimings = { queueMs: number; prefillMs: number; decodeMs: number }

export type ChatDelta =
  | { type: 'text'; text: string }
  /** What the model thinks before it answers. It is shown, and never sent back. */
  | { type: 'reasoning'; text: string }
  /** What the server does before the first token: `queued 3`, `loading 41%`, `prefill 128/900`. */
  | { type: 'status'; text: string }
  | { type: 'finish'; reason: string; model?: string; usage?: ChatUsage; timings?: ChatTimings }

/** Ends with exactly one `finish`, or throws an AppError. Makes sure by itself that the server is up. */
export type Completer = (request: ChatRequest, signal: AbortSignal) => AsyncIterable<ChatDelta>

export type ModelChoice = { id: string; aliases?: string[]; loaded: boolean }

export type ChatBackend = {
  complete: Completer
  models(): Promise<ModelChoice[]>
}
