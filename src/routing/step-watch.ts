import { AppError } from '../errors.ts'

export type StepLimits = {
  /** From the dispatch of an attempt to its first text; 0: no limit. */
  firstTokenMs: number
  /** From one piece of an answer to the next; 0: no limit. */
  idleMs: number
}

export const noLimits: StepLimits = { firstTokenMs: 0, idleMs: 0 }

/** Bounds how long one attempt may be silent. Only waits count: a reader that takes its time is no stall. */
export interface StepWatch {
  /** The same, or a rejection with `timeout` once it takes too long, or with what `interrupt` was given. */
  guard<T>(step: Promise<T>): Promise<T>
  /** Text has come: from now on it is the pieces that must not be too far apart. */
  sawText(): void
  interrupt(cause: AppError): void
}

export function createStepWatch(worker: string, limits: StepLimits): StepWatch {
  const { firstTokenMs, idleMs } = limits
  const began = performance.now()
  let hasText = false
  let reject: ((cause: AppError) => void) | undefined
  return {
    guard(step) {
      const limit = hasText ? idleMs : firstTokenMs
      const rest = hasText ? idleMs : began + firstTokenMs - performance.now()
      return new Promise((resolve, fail) => {
        const expire = () =>
          fail(hasText ? describeStall(worker, idleMs) : describeSilence(worker, firstTokenMs))
        const timer = limit > 0 ? setTimeout(expire, Math.max(0, rest)) : undefined
        const end = <V>(settle: (value: V) => void) => {
          return (value: V) => {
            clearTimeout(timer)
            settle(value)
          }
        }
        reject = end(fail)
        step.then(end(resolve), end(fail))
      })
    },
    sawText() {
      hasText = true
    },
    interrupt: (cause) => reject?.(cause),
  }
}

const describeSilence = (worker: string, ms: number) =>
  new AppError(
    'timeout',
    `worker ${worker} gave no text within ${ms / 1000} s, which is first_token_timeout`,
    { details: { timeout: 'first_token_timeout', limit_ms: ms } },
  )

const describeStall = (worker: string, ms: number) =>
  new AppError(
    'timeout',
    `worker ${worker} stalled: nothing more came for ${ms / 1000} s, which is idle_timeout; the text so far is incomplete`,
    { details: { timeout: 'idle_timeout', limit_ms: ms } },
  )
