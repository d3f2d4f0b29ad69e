import { createSseParser } from '../../src/sse.ts'
import { createReply, type Reply, type Usage } from './attempt.ts'
import type { Delta, Endpoint } from '../endpoints/endpoint.ts'
import type { Failure } from './failure.ts'
import { judgeEmpty } from './judge-empty.ts'
import { keepOutput } from './keep-output.ts'
import { createLineParser } from './line-parser.ts'
import { monotonicOffset } from './monotonic.ts'
import type { Timeline } from './timeline.ts'

/** Takes the bytes of one answer as they come. `time` is when the socket gave them to us: equal times, one read. */
export type Reader = {
  readonly reply: Reply
  read(chunk: Uint8Array, time: number): void
  /** The answer is whole, whatever its connection does from here on. */
  complete(): boolean
  /** Judges the answer once no more bytes will come. */
  end(): Failure | undefined
}

/** Counts what live figures need while answers are still on their way; `firstOutputMs` is the sum of their TTFT. */
export type Live = { contentEvents: number; firstOutputs: number; firstOutputMs: number }

export type StreamReaderOptions = {
  endpoint: Endpoint
  timeline: Timeline
  live: Live
  /** Keeps the visible text, for a session that sends it back. */
  keepText?: boolean | undefined
  /** Keeps all output, to be counted by a tokenizer. */
  keepOutput?: boolean | undefined
}

/** Reads a stream of events or lines. Only output moves the clock: role chunks and comments do not. */
export const createStreamReader = (options: StreamReaderOptions): Reader => {
  const { endpoint, timeline, live, keepText } = options
  const reply = createReply()
  let failure: Failure | undefined
  let done = false
  let outputInThisRead = false
  let readAt = 0

  const parser = createParser(endpoint, (event, data) => {
    if (failure !== undefined) return
    if (data === '[DONE]') done = true
    else failure = readEvent(event, data)
  })

  const readEvent = (event: string | undefined, data: string): Failure | undefined => {
    const delta = decodeData(endpoint, data)
    if (event === 'error') return { kind: 'stream_error', message: delta?.error ?? data }
    if (delta === undefined)
      return { kind: 'invalid_response', message: `an event is not JSON: ${data.slice(0, 100)}` }
    if (delta.error !== undefined) return { kind: 'stream_error', message: delta.error }
    reply.usage = joinUsage(reply.usage, delta.usage)
    reply.timings = delta.timings ?? reply.timings
    reply.finishReason = delta.finishReason ?? reply.finishReason
    if (!delta.hasOutput) return undefined
    if (keepText === true && delta.text !== undefined) reply.text = (reply.text ?? '') + delta.text
    if (options.keepOutput === true) keepOutput(reply, delta)
    outputInThisRead = true
    if (delta.sentAt !== undefined) addDelay(timeline, readAt - delta.sentAt)
    reply.contentEvents += 1
    live.contentEvents += 1
    return undefined
  }

  return {
    reply,
    complete: () => failure === undefined && (done || reply.finishReason !== undefined),
    read(chunk, time) {
      outputInThisRead = false
      readAt = time + toMonotonic
      parser.push(chunk)
      if (outputInThisRead && time !== timeline.last) timeline.push(time)
    },
    end() {
      parser.end()
      if (failure !== undefined) return failure
      if (!done && reply.finishReason === undefined) return unfinished
      return reply.contentEvents === 0
        ? judgeEmpty(reply, 'the stream finished without any output')
        : undefined
    },
  }
}

/** At the end the last line may lack its line end; what is open of an event is none. */
const createParser = (
  { framing }: Endpoint,
  take: (event: string | undefined, data: string) => void,
): { push(chunk: Uint8Array): void; end(): void } =>
  framing === 'ndjson'
    ? createLineParser((line) => take(undefined, line))
    : createSseParser(({ event, data }) => take(event, data))

/** Some servers tell the prompt's count at the beginning and the output's at the end. */
export const joinUsage = (known: Usage | undefined, told: Delta['usage']): Usage | undefined => {
  if (told === undefined) return known
  return {
    promptTokens: told.promptTokens ?? known?.promptTokens ?? 0,
    outputTokens: told.outputTokens ?? known?.outputTokens ?? 0,
    cachedTokens: told.cachedTokens ?? known?.cachedTokens,
  }
}

const unfinished: Failure = {
  kind: 'truncated',
  message: 'the stream ended without [DONE] and without a reason for its end',
}

const toMonotonic = monotonicOffset()
/** Outside of this the stamp comes from another machine's clock; the two clocks of one agree to a microsecond. */
const [earliestMs, latestMs] = [-0.1, 60_000]

const addDelay = (timeline: Timeline, milliseconds: number): void => {
  if (milliseconds >= earliestMs && milliseconds <= latestMs) timeline.delay(Math.max(0, milliseconds))
}

const decodeData = (endpoint: Endpoint, data: string): Delta | undefined => {
  try {
    return endpoint.decode(JSON.parse(data))
  } catch {
    return undefined
  }
}
