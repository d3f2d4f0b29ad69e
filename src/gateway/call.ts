import type { FastifyReply } from 'fastify'
import type { Priority } from '../admission/priority.ts'
import { AppError } from '../errors.ts'
import { anonymous, type Principal } from '../keys/principal.ts'

/** What the access log says about one request. Never its text. */
export type CallRecord = {
  /** The caller's public id. */
  key?: string
  /** Why the caller was refused: for the operator, who may know. */
  refused?: string
  model?: string
  promptTokens?: number
  completionTokens?: number
  cachedTokens?: number
  /** Who counted the tokens. */
  tokenSource?: 'engine' | 'provider' | 'tokenizer'
  /** The worker that answered. */
  worker?: string
  /** By the model's prices; billionths of a US dollar. */
  costNano?: number
  /** Waiting for the model and for a place. */
  queueMs?: number
  streamed?: boolean
  /** What each choice said so far, where the ledger keeps bodies. */
  texts?: string[]
  /** Names of the filters that found something. */
  flags?: string[]
  ttftMs?: number
  finish?: string
  /** The failure that the caller was told of. */
  error?: AppError
}

/** One request, from its first header to its last byte. */
export type Call = {
  id: string
  startedAt: number
  record: CallRecord
  /** Who is calling; known before a route runs. */
  principal: Principal
  /** Who goes first where requests wait. */
  priority: Priority
  /** Length of the body. */
  bodyBytes: number
  /** When its signal aborts by itself, on the clock of `performance.now()`. */
  deadline?: number
  /** What a caller who waits is told in the meantime; a function where it changes by itself. */
  progress: string | (() => string)
  /** The request's only signal. Aborted when nobody wants the answer any more; its reason is an AppError. */
  signal: AbortSignal
  abort(reason: AppError): void
  /** For the answer's head, as long as it has not left. */
  setHeader(name: string, value: string): void
  /** Runs when the request is over, however it ended; at once if it is over already. */
  defer(cleanUp: () => void): void
}

/** Watches the connection: `onEnd` runs once, when the answer has left or the client has. */
export function createCall(
  id: string,
  reply: Pick<FastifyReply, 'raw' | 'header'>,
  onEnd: (call: Call) => void,
): Call {
  const response = reply.raw
  const controller = new AbortController()
  const cleanUps: (() => void)[] = []
  let over = false
  const call: Call = {
    id,
    startedAt: performance.now(),
    record: {},
    principal: anonymous,
    priority: 'normal',
    bodyBytes: 0,
    progress: 'waiting',
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    setHeader(name, value) {
      // Not the response's own: node writes a head slowly whose fields come from two places.
      if (!response.headersSent) reply.header(name, value)
    },
    defer(cleanUp) {
      if (over) cleanUp()
      else cleanUps.push(cleanUp)
    },
  }
  response.once('close', () => {
    over = true
    if (!response.writableEnded) controller.abort(new AppError('cancelled', 'the client went away'))
    for (const cleanUp of cleanUps) cleanUp()
    onEnd(call)
  })
  return call
}
