import type { Dispatcher } from 'undici'
import { createReply, type Attempt } from './attempt.ts'
import { createBodyReader, createRefusalReader, createWrongTypeReader } from './body-reader.ts'
import type { Endpoint } from '../endpoints/endpoint.ts'
import { plural } from '../plural.ts'
import { resolveFailure, type Failure, type Progress } from './failure.ts'
import { createStreamReader, type Live, type Reader } from './stream-reader.ts'
import type { Timeline } from './timeline.ts'

/** After a time from its dispatch, or after so many events with output. */
export type CancelAfter = { milliseconds: number } | { events: number }

export type RequestPlan = {
  endpoint: Endpoint
  path: string
  headers: Record<string, string>
  /** Encoded before the clock starts. */
  body: string
  stream: boolean
  /** Keeps the text of the answer. */
  keepText?: boolean
  /** Keeps all that the model wrote. */
  keepOutput?: boolean
  /** Gives it up on purpose, whichever comes first. */
  cancelAfter?: CancelAfter
  timeoutMs: number
  /** Gives up the request; it ends as `cancelled`. */
  signal: AbortSignal
  timeline: Timeline
  live: Live
  /** Connections made so far in the pool. */
  opened: () => number
}

/**
 * Sends one request and resolves when its last byte is here; it never rejects. It works inside undici's dispatch
 * handlers, because a stream or a promise in between would add its own delay to every token.
 */
export const sendRequest = (pool: Dispatcher, plan: RequestPlan): Promise<Attempt> =>
  new Promise((resolve) => {
    plan.timeline.clear()
    let startedAt = 0
    const openedBefore = plan.opened()
    // undici looks at an open connection for a turn of the loop before it writes, which is not the server's time.
    // Making a connection is.
    const onWrite = (): void => {
      if (plan.opened() === openedBefore) startedAt = performance.now()
    }
    const exchange = createExchange(
      plan,
      { startedAt: () => startedAt, onWrite },
      (endedAt, reader, judge) => {
        clearTimeout(timer)
        clearTimeout(quitting)
        plan.signal.removeEventListener('abort', cancel)
        // Answers that came in the same turn of the event loop get their times before anybody works on this one.
        setImmediate(() => {
          const failure = judge()
          const reply = reader?.reply ?? createReply()
          resolve({ startedAt, endedAt, reply, timeline: plan.timeline, failure })
        })
      },
    )
    const cancel = (): void =>
      exchange.stop({ kind: 'cancelled', message: 'given up when the run was stopped' })
    const timer = setTimeout(() => exchange.stop(exchange.timeout()), plan.timeoutMs)
    const quitting = planQuit(plan, exchange)
    plan.signal.addEventListener('abort', cancel, { once: true })
    startedAt = performance.now()
    pool.dispatch(
      { path: plan.path, method: 'POST', headers: plan.headers, body: plan.body },
      exchange.handler,
    )
    if (plan.signal.aborted) cancel()
  })

/** What became of an answer; it may decode the whole of it. */
type Judge = () => Failure | undefined
type OnEnd = (endedAt: number, reader: Reader | undefined, judge: Judge) => void
type Exchange = { handler: Dispatcher.DispatchHandler; stop(failure: Failure): void; timeout(): Failure }

/** Follows one exchange and calls back exactly once, at whatever ends it first. */
const createExchange = (
  plan: RequestPlan,
  { startedAt, onWrite }: { startedAt: () => number; onWrite: () => void },
  onEnd: OnEnd,
): Exchange => {
  let controller: Dispatcher.DispatchController | undefined
  let reader: Reader | undefined
  let ended = false
  const clock = createReadClock()

  const end = (judge: Judge, at = performance.now()): void => {
    if (ended) return
    ended = true
    onEnd(at, reader, judge)
  }
  /** An answer that was complete already keeps its own end. */
  const endUnlessComplete = (failure: Failure): void => {
    const complete = reader?.complete() === true
    end(() => (complete ? reader?.end() : failure))
  }
  const stop = (failure: Failure): void => {
    endUnlessComplete(failure)
    controller?.abort(new Error(failure.message))
  }
  const progress = (): Progress => progressOf(plan, reader)

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started
      if (ended) started.abort(new Error('stopped before it was sent'))
      onWrite()
    },
    onResponseStart(_controller, status, headers) {
      // What else comes in this read has come now.
      clock()
      // 1xx answers come before the real one.
      if (status >= 200) reader = createReader(plan, status, String(headers['content-type'] ?? ''))
    },
    onResponseData(_controller, chunk) {
      try {
        const silent = plan.timeline.reads === 0
        reader?.read(chunk, clock())
        if (silent && plan.timeline.reads > 0) countFirst(plan, startedAt())
        if (hasEnough(plan, reader)) stop(onPurpose)
      } catch (cause) {
        stop({ kind: 'invalid_response', message: (cause as Error).message })
      }
    },
    onResponseEnd() {
      end(() => reader?.end(), clock())
    },
    onResponseError: (_controller, cause) => endUnlessComplete(resolveFailure(cause, progress())),
  }
  return { handler, stop, timeout: () => describeTimeout(plan, progress()) }
}

const progressOf = ({ timeline }: RequestPlan, reader: Reader | undefined): Progress => {
  if (reader === undefined) return 'unanswered'
  return timeline.reads === 0 ? 'headers' : 'output'
}

const onPurpose: Failure = { kind: 'cancelled', message: 'cancelled on purpose' }

const planQuit = ({ cancelAfter }: RequestPlan, exchange: Exchange): NodeJS.Timeout | undefined =>
  cancelAfter !== undefined && 'milliseconds' in cancelAfter
    ? setTimeout(() => exchange.stop(onPurpose), cancelAfter.milliseconds)
    : undefined

const hasEnough = ({ cancelAfter }: RequestPlan, reader: Reader | undefined): boolean =>
  cancelAfter !== undefined &&
  'events' in cancelAfter &&
  (reader?.reply.contentEvents ?? 0) >= cancelAfter.events

const countFirst = ({ live, timeline }: RequestPlan, startedAt: number): void => {
  live.firstOutputs += 1
  live.firstOutputMs += timeline.first - startedAt
}

/**
 * One time for all that a socket read brings. The HTTP parser hands over each transfer chunk by itself, and servers
 * write one event per chunk: times taken at each would show gaps of microseconds that were never on the wire.
 */
const createReadClock = (): (() => number) => {
  let time: number | undefined
  return () => {
    if (time === undefined) {
      time = performance.now()
      // The parser goes through a read without a pause, so this runs after the last of it.
      queueMicrotask(() => (time = undefined))
    }
    return time
  }
}

const events = /^text\/event-stream\b/i
const lines = /^application\/(x-ndjson|jsonl|ndjson)\b/i

const createReader = (
  { endpoint, stream, timeline, live, keepText, keepOutput }: RequestPlan,
  status: number,
  type: string,
): Reader => {
  if (status !== 200) return createRefusalReader(status)
  const isStream = endpoint.framing === 'ndjson' ? lines.test(type) : events.test(type)
  if (stream !== isStream) return createWrongTypeReader(stream ? 'stream' : 'whole', type)
  return stream
    ? createStreamReader({ endpoint, timeline, live, keepText, keepOutput })
    : createBodyReader(endpoint, keepOutput)
}

const describeTimeout = ({ timeoutMs, timeline, stream }: RequestPlan, progress: Progress): Failure => {
  const where = {
    unanswered: 'without an answer',
    headers: stream ? 'without any output' : 'in the middle of the answer',
    output: `after ${plural(timeline.reads, 'piece')} of output`,
  }
  return { kind: 'timeout', message: `${timeoutMs / 1000} s passed ${where[progress]}` }
}
