import { AppError } from '../errors.ts'

const firstMs = 5000
const longestMs = 60_000

export type LoadFailures = {
  /** Throws the last error of that model while its cool-down runs. */
  assertCool(model: string): void
  failed(model: string, error: unknown): void
  forget(model: string): void
}

/**
 * A model that cannot be loaded is not tried for every request that names it: those within the cool-down, which
 * doubles with each failure, get the same answer at once.
 */
export function createLoadFailures(now: () => number = () => performance.now()): LoadFailures {
  const failures = new Map<string, { error: AppError; pauseMs: number; until: number }>()
  return {
    assertCool(model) {
      const failure = failures.get(model)
      if (failure === undefined || failure.until <= now()) return
      const { error, until } = failure
      const { code, message, param, details } = error
      throw new AppError(code, message, {
        cause: error,
        retryAfterMs: Math.ceil(until - now()),
        ...(param !== undefined && { param }),
        ...(details && { details }),
      })
    },
    failed(model, error) {
      // Neither says anything about the model.
      if (!(error instanceof AppError) || error.code === 'cancelled' || error.code === 'model_not_found')
        return
      const before = failures.get(model)?.pauseMs
      const pauseMs = before === undefined ? firstMs : Math.min(longestMs, before * 2)
      failures.set(model, { error, pauseMs, until: now() + pauseMs })
    },
    forget: (model) => void failures.delete(model),
  }
}
