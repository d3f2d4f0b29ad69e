import type { Failure } from './failure.ts'
import type { ReadTimeline } from './timeline.ts'

/** Counted by the server's own tokenizer. */
export type Usage = { promptTokens: number; outputTokens: number; cachedTokens: number | undefined }

/** What a server says of its own time, in milliseconds. */
export type ServerTimings = { queue?: number; prefill?: number; decode?: number }

/** What was read from one answer, whatever its shape. */
export type Reply = {
  /** Stream events that carried output. */
  contentEvents: number
  usage: Usage | undefined
  timings: ServerTimings | undefined
  finishReason: string | undefined
  /** It ended without any output. */
  isEmpty: boolean
  /** Of an embedding request: how many inputs were answered. */
  vectors?: number
  /** The visible text, where it was asked for. It stays in the thread that read it. */
  text?: string
  /** All that the model wrote, where it was asked for; null where it is too long or not all of it is text. */
  output?: string | null
  /** Tokens of `output` by the server's tokenizer, asked after the run. */
  countedTokens?: number
}

/** The server's own count, its tokenizer's, or none. */
export const tokensOf = ({ usage, countedTokens }: Reply): number | undefined =>
  usage?.outputTokens ?? countedTokens

/** One request from dispatch to last byte. Times are milliseconds of one monotonic clock. */
export type Attempt = {
  startedAt: number
  endedAt: number
  reply: Reply
  /** When output arrived; empty unless the answer was streamed. Valid only until its slot sends again. */
  timeline: ReadTimeline
  failure: Failure | undefined
}

/** Which of the planned requests an attempt was. */
export type Issue = {
  index: number
  /** When an open loop's schedule wanted it sent. Latencies count from here: a late start is the user's wait too. */
  dueAt?: number
  /** Of a session, from 0. */
  turn?: number
}

export const createReply = (): Reply => ({
  contentEvents: 0,
  usage: undefined,
  timings: undefined,
  finishReason: undefined,
  isEmpty: false,
})
