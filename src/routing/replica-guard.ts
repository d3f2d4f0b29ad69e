import type { Engine } from '../engine/engine.ts'
import { AppError, type ErrorCode } from '../errors.ts'
import {
  createBreaker,
  type BreakerChange,
  type BreakerHooks,
  type BreakerRules,
  type BreakerState,
  type Pass,
} from './breaker.ts'

/** Never opens. */
export const noBreaker: BreakerRules = {
  failures: Number.POSITIVE_INFINITY,
  rate: Number.POSITIVE_INFINITY,
  minimumCalls: 0,
  windowMs: 60_000,
  openMs: 0,
  longestOpenMs: 0,
}

/** Failures of the worker itself. A caller's mistakes, cancellations and full queues say nothing about it. */
const counted: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'worker_lost',
  'worker_incompatible',
  'engine_failed',
  'internal_error',
  'timeout',
])

/** One loss fails all that runs there, and is one failure. */
const sameLossMs = 1000

/** How one attempt ended. `neutral`: nothing can be said. */
export type Conclusion = 'success' | 'neutral' | AppError

/**
 * What it says of a worker that its request was aborted before there was any text. The operator's own limit has
 * passed: that is the worker's. A caller who left, or set a limit himself, says nothing.
 */
export const judgeAbort = (reason: unknown): Conclusion =>
  reason instanceof AppError && reason.details?.['timeout'] === 'request_timeout' ? reason : 'neutral'

export type GuardedPass = { answered(): void; conclude(conclusion: Conclusion): void }

export type BreakerView = {
  state: BreakerState
  /** Milliseconds until the next request may go there; 0: now. */
  retryInMs: number
  /** The last failure that counted; undefined while it is closed. */
  lastError: AppError | undefined
}

/** The breaker of one replica: it outlives the engines that come and go there. */
export interface ReplicaGuard {
  isOpenTo(): boolean
  /** To be called only where `isOpenTo`. */
  enter(engine: Engine): GuardedPass
  view(): BreakerView
  /** Another engine runs there now. */
  renew(): void
}

export type GuardChange = BreakerChange & { error?: AppError | undefined }

export function createReplicaGuard(
  rules: BreakerRules,
  onChange: (change: GuardChange) => void,
  hooks: BreakerHooks = {},
): ReplicaGuard {
  let lastError: AppError | undefined
  let lost: { engine: Engine; at: number } | undefined
  const { now = () => performance.now() } = hooks
  const breaker = createBreaker(rules, {
    ...hooks,
    onChange(change) {
      onChange(change.state === 'open' ? { ...change, error: lastError } : change)
    },
  })

  const conclude = (pass: Pass, engine: Engine, conclusion: Conclusion): void => {
    if (typeof conclusion === 'string') return pass.settle(conclusion)
    if (!counted.has(conclusion.code)) return pass.settle('neutral')
    if (conclusion.code === 'worker_lost') {
      if (lost?.engine === engine && now() - lost.at < sameLossMs) return pass.settle('neutral')
      lost = { engine, at: now() }
    }
    lastError = conclusion
    pass.settle('failure')
  }
  return {
    isOpenTo: () => breaker.isOpenTo(),
    enter(engine) {
      const pass = breaker.enter()!
      return {
        answered: pass.answered,
        conclude: (conclusion) => conclude(pass, engine, conclusion),
      }
    },
    view() {
      const { state } = breaker
      return {
        state,
        retryInMs: breaker.retryInMs(),
        lastError: state === 'closed' ? undefined : lastError,
      }
    },
    renew: () => breaker.renew(),
  }
}
