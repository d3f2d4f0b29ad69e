import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '../errors.ts'
import type { Call } from './call.ts'

/** Longest that Node's timers hold; beyond they fire at once. */
const longestTimerMs = 2_147_483_647

export type DeadlineOptions = {
  headers: IncomingHttpHeaders
  /** The answer is sent as it comes. */
  streams: boolean
  /** 0: no limit. */
  requestTimeoutMs: number
}

type Limit = { ms: number; name: string }

/**
 * One deadline for all that a request does: it counts from the request's first header, aborts its signal, and
 * callers may shorten it. Engines learn of it through `call.deadline`.
 */
export function startDeadline(call: Call, options: DeadlineOptions): void {
  const limits = [...ownLimit(options), ...callerLimits(options)]
  if (limits.length === 0) return
  const limit = limits.reduce((least, next) => (next.ms < least.ms ? next : least))
  call.deadline = call.startedAt + limit.ms
  const expire = () => call.abort(describeExpiry(call, limit))
  const rest = Math.max(0, call.deadline - performance.now())
  const timer = setTimeout(expire, Math.min(rest, longestTimerMs))
  call.defer(() => clearTimeout(timer))
}

const ownLimit = ({ requestTimeoutMs }: DeadlineOptions): Limit[] =>
  requestTimeoutMs > 0 ? [{ ms: requestTimeoutMs, name: 'request_timeout' }] : []

function callerLimits({ headers, streams }: DeadlineOptions): Limit[] {
  const limits: Limit[] = []
  const take = (name: string, unitMs: number) => {
    const ms = Number(headers[name]) * unitMs
    if (headers[name] !== undefined && Number.isFinite(ms) && ms > 0) limits.push({ ms, name })
  }
  assertOwnHeader(headers)
  take('x-request-timeout-ms', 1)
  // What Envoy says that it will wait, and no longer.
  take('x-envoy-expected-rq-timeout-ms', 1)
  // The official clients send their own timeout in seconds. They apply it to the headers of an answer only, which
  // is all of it unless it is streamed.
  if (!streams) take('x-stainless-timeout', 1000)
  return limits
}

/** The others' headers are none of the caller's doing; this one he wrote himself. */
function assertOwnHeader(headers: IncomingHttpHeaders): void {
  const value = headers['x-request-timeout-ms']
  if (value === undefined || (/^\d{1,12}$/.test(String(value)) && Number(value) > 0)) return
  throw new AppError(
    'invalid_request',
    `x-request-timeout-ms must be a whole number of milliseconds from 1, not "${String(value).slice(0, 50)}"`,
    { param: 'x-request-timeout-ms' },
  )
}

function describeExpiry(call: Call, { ms, name }: Limit): AppError {
  const whose =
    name === 'request_timeout' ? 'which is request_timeout' : `which the request's header ${name} allows`
  return new AppError(
    'timeout',
    `the request took longer than ${ms / 1000} s, ${whose}; ${describePhase(call)}`,
    {
      details: { timeout: name, limit_ms: ms },
    },
  )
}

/** `progress` is what a waiting caller is told; here it is where the time went. */
function describePhase({ progress: told, record }: Call): string {
  const progress = typeof told === 'string' ? told : told()
  if (record.ttftMs !== undefined) return 'it ended in mid-answer, so the text so far is incomplete'
  if (progress.startsWith('queued')) return `it was still waiting in the queue, at place ${progress.slice(7)}`
  if (progress.startsWith('loading')) return `its model was still ${progress}`
  if (progress.startsWith('prefill')) return 'no text had come yet'
  return 'it had not reached its model yet'
}
