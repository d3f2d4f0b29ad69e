import type { EventEmitter } from 'node:events'
import type { Deadline } from '@grpc/grpc-js'
import { longestTimerMs } from './longest-timer.ts'

type Call = Pick<EventEmitter, 'once'> & { readonly cancelled: boolean; getDeadline(): Deadline }
export type CallSignal = { signal: AbortSignal; release(): void }

/** For gRPC to end the call by itself, with the status that says why. */
const deadlineGraceMs = 50

/**
 * Aborts when the caller has left or its deadline has passed; `release` when the call is over. The deadline has
 * a timer of ours too: gRPC reports it only after its status was sent, which a caller that does not read delays.
 */
export function createCallSignal(call: Call): CallSignal {
  const controller = new AbortController()
  const abort = () => controller.abort()
  if (call.cancelled) abort()
  call.once('cancelled', abort)
  const rest = Number(call.getDeadline()) - Date.now() + deadlineGraceMs
  const timer = Number.isFinite(rest)
    ? setTimeout(abort, Math.min(Math.max(rest, 0), longestTimerMs))
    : undefined
  return { signal: controller.signal, release: () => clearTimeout(timer) }
}
