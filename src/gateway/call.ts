import type { ServerResponse } from 'node:http'
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
  /** What a caller who waits is told in the meantime. */
  progress: string
  /** The request's only signal. Aborted when nobody wants the answer any more; its reason is an AppError. */
  signal: AbortSignal
  /** When it aborts by itself, on the clock of `performance.now()`. */
  deadline?: number
  abort(reason: AppError): void
  /** Runs when the request is over, however it ended; at once if it is over already. */
  defer(cleanUp: () => void): void
}

/** Watches the connection: `onEnd` runs once, when the answer has left or the client has. */
export function createCall(id: string, response: ServerResponse, onEnd: (call: Call) => void): Call {
  const controller = new AbortController()
  const cleanUps: (() => void)[] = []
  let over = false
  const call: Call = {
    id,
    startedAt: performance.now(),
    record: {},
    principal: anonymous,
    progress: 'waiting',
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
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
