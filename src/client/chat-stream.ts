import type { IncomingMessage } from 'node:http'
import { AppError } from '../errors.ts'
import { createSseParser } from '../sse.ts'
import { call, decodeFailure } from './http.ts'

export type ChatStreamRequest = {
  model: string
  messages: { role: 'system' | 'user' | 'assistant'; content: string }[]
  /** Sampling parameters by their wire names. */
  options: object
}

export type ChatStreamDelta =
  | { type: 'text'; text: string }
  /** What the model thinks before it answers; no part of the answer. */
  | { type: 'reasoning'; text: string }
  /** What the server says while nothing else comes: its SSE comments. */
  | { type: 'status'; text: string }
  | { type: 'finish'; reason: string; model?: string; usage?: StreamUsage; timings?: StreamTimings }
type StreamUsage = { promptTokens: number; cachedTokens: number; completionTokens: number }
type StreamTimings = { queueMs: number; prefillMs: number; decodeMs: number }

type Chunk = {
  error?: object
  model?: string
  choices?: {
    delta?: { content?: string | null; reasoning_content?: string | null }
    finish_reason?: string | null
  }[]
  usage?: {
    prompt_tokens: number
    completion_tokens: number
    prompt_tokens_details?: { cached_tokens?: number } | null
  } | null
  timings?: { queue_ms?: number; prompt_ms?: number; predicted_ms?: number }
}

/**
 * One streamed chat completion. Yields what each piece of network data completes; ends with exactly one
 * `finish`, after `[DONE]`. A stream that just ends is a failure: an answer cut short must not look whole.
 */
export async function* streamChat(
  baseUrl: string,
  request: ChatStreamRequest,
  signal: AbortSignal,
  apiKey?: string,
): AsyncGenerator<ChatStreamDelta> {
  const { model, messages, options } = request
  const body = { model, messages, ...options, stream: true, stream_options: { include_usage: true } }
  const response = await call(baseUrl, { method: 'POST', path: '/v1/chat/completions', body, apiKey, signal })
  const reader = createChatReader()
  try {
    for await (const bytes of response as AsyncIterable<Buffer>) {
      yield* reader.read(bytes)
      if (reader.done) return
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    if (signal.aborted) throw new AppError('cancelled', 'stopped', { cause })
    throw broken(cause)
  } finally {
    // A reader that leaves early frees the server's slot.
    ;(response as IncomingMessage).destroy()
  }
  throw broken(undefined)
}

const broken = (cause: unknown): AppError =>
  new AppError('daemon_unreachable', 'the connection to the daemon broke in the middle of the answer', {
    cause,
  })

/** Network data -> deltas, without a network. */
export function createChatReader() {
  let deltas: ChatStreamDelta[] = []
  const finish: Extract<ChatStreamDelta, { type: 'finish' }> = { type: 'finish', reason: 'stop' }
  let done = false

  const takeChunk = (chunk: Chunk) => {
    if (chunk.error) throw decodeFailure(500, chunk)
    if (chunk.model !== undefined) finish.model = chunk.model
    const choice = chunk.choices?.[0]
    const reasoning = choice?.delta?.reasoning_content
    if (reasoning) deltas.push({ type: 'reasoning', text: reasoning })
    if (choice?.delta?.content) deltas.push({ type: 'text', text: choice.delta.content })
    if (choice?.finish_reason) finish.reason = choice.finish_reason
    if (chunk.usage) finish.usage = decodeUsage(chunk.usage)
    if (chunk.timings) finish.timings = decodeTimings(chunk.timings)
  }
  const takeEvent = (data: string) => {
    if (done) return
    if (data !== '[DONE]') return takeChunk(parseChunk(data))
    done = true
    deltas.push(finish)
  }
  const parser = createSseParser(({ data }) => takeEvent(data), {
    onComment: (text) => text.trim() !== '' && deltas.push({ type: 'status', text: text.trim() }),
  })
  return {
    get done() {
      return done
    },
    /** The deltas before a failure are handed out before it is thrown. */
    *read(bytes: Uint8Array): Generator<ChatStreamDelta> {
      let failure: unknown
      try {
        parser.push(bytes)
      } catch (error) {
        failure = error
      }
      const complete = deltas
      deltas = []
      yield* complete
      if (failure !== undefined) throw failure
    },
  }
}

function parseChunk(data: string): Chunk {
  try {
    return JSON.parse(data) as Chunk
  } catch (cause) {
    throw new AppError('engine_failed', `the daemon sent a chunk that is not JSON: ${data.slice(0, 80)}`, {
      cause,
    })
  }
}

const decodeUsage = (usage: NonNullable<Chunk['usage']>): StreamUsage => ({
  promptTokens: usage.prompt_tokens,
  cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
  completionTokens: usage.completion_tokens,
})

const decodeTimings = (timings: NonNullable<Chunk['timings']>): StreamTimings => ({
  queueMs: timings.queue_ms ?? 0,
  prefillMs: timings.prompt_ms ?? 0,
  decodeMs: timings.predicted_ms ?? 0,
})
