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
  /** To be called at the end: leaves no timer. */
  stop(): void
}

/** One timer for all steps, which looks again when it finds that another step has begun: tokens are many. */
export function createStepWatch(worker: string, { firstTokenMs, idleMs }: StepLimits): StepWatch {
  let limitMs = firstTokenMs
  let since = performance.now()
  let timer: NodeJS.Timeout | undefined
  /** Of the step that is waited for. */
  let reject: ((cause: AppError) => void) | undefined
  let hasText = false

  const look = () => {
    timer = undefined
    if (reject === undefined) return
    const rest = since + limitMs - performance.now()
    if (rest > 0) timer = setTimeout(look, Math.ceil(rest))
    else reject(hasText ? describeStall(worker, idleMs) : describeSilence(worker, firstTokenMs))
  }
  const end = () => (reject = undefined)
  return {
    guard(step) {
      // The first text has one limit for all steps before it.
      if (hasText) since = performance.now()
      if (limitMs > 0) timer ??= setTimeout(look, Math.max(0, Math.ceil(since + limitMs - performance.now())))
      return new Promise((resolve, fail) => {
        reject = fail
        step.then(
          (value) => {
            end()
            resolve(value)
          },
          (cause: unknown) => {
            end()
            fail(cause)
          },
        )
      })
    },
    sawText() {
      hasText = true
      limitMs = idleMs
      clearTimeout(timer)
      timer = undefined
    },
    interrupt: (cause) => reject?.(cause),
    stop() {
      clearTimeout(timer)
      timer = undefined
      reject = undefined
    },
  }
}

/** For work of one step. */
export async function guardOnce<T>(worker: string, limits: StepLimits, work: Promise<T>): Promise<T> {
  const watch = createStepWatch(worker, limits)
  try {
    return await watch.guard(work)
  } finally {
    watch.stop()
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
