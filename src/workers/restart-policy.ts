import type { ErrorCode } from '../errors.ts'

/** How one bring-up ended: it served for a while, or it never came to that. */
export type Attempt = { outcome: 'served'; servedMs: number } | { outcome: 'failed'; code: ErrorCode }

export type RestartRules = {
  /** Delay after the first failure; each further one doubles it. */
  firstDelayMs: number
  /** Longest delay between attempts that do not come up. */
  maxDelayMs: number
  /** Longest delay for a worker that does come up but does not stay: somebody may want it meanwhile. */
  maxDelayAfterServingMs: number
}

export const processRules: RestartRules = {
  firstDelayMs: 200,
  maxDelayMs: 10_000,
  maxDelayAfterServingMs: 1_000,
}
export const externalRules: RestartRules = {
  firstDelayMs: 200,
  maxDelayMs: 30_000,
  maxDelayAfterServingMs: 5_000,
}

/** `failed`: the next attempt is a cool-down away. */
export type Restart = { delayMs: number; state: 'starting' | 'failed' }

/** A worker that served this long was well: what came before is forgotten. */
const healthyMs = 2_000
const coolDownMs = 30_000
const maxCoolDownMs = 600_000

/** What trying again soon does not heal: somebody has to change a file, a setting or the machine. */
const lasting: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'invalid_model',
  'model_not_found',
  'worker_incompatible',
  'invalid_config',
  'unsupported_parameter',
  'insufficient_memory',
  'insufficient_storage',
])

/** Attempts beyond this cannot change the decision: every delay is at its longest by then. */
export const historyLimit = 32

/**
 * When to try again, from the attempts so far, the last one at the end. `random` is 0 to 1: delays lie between
 * half of the computed value and all of it, so that many workers do not come back in step.
 */
export function decideRestart(history: readonly Attempt[], rules: RestartRules, random: number): Restart {
  const last = history.at(-1)
  if (last === undefined) return { delayMs: 0, state: 'starting' }
  if (isLasting(last)) {
    const times = streak(history, isLasting).length
    return { delayMs: Math.min(maxCoolDownMs, double(coolDownMs, times - 1)), state: 'failed' }
  }
  const bad = streak(history, isBad)
  // The first death of a worker that had served is an accident: it comes back at once.
  const strikes = bad[0]?.outcome === 'served' ? bad.length - 1 : bad.length
  if (strikes <= 0) return { delayMs: 0, state: 'starting' }
  const longest = last.outcome === 'served' ? rules.maxDelayAfterServingMs : rules.maxDelayMs
  const delayMs = Math.min(longest, double(rules.firstDelayMs, strikes - 1))
  return { delayMs: delayMs * (0.5 + random / 2), state: 'starting' }
}

const isLasting = (attempt: Attempt) => attempt.outcome === 'failed' && lasting.has(attempt.code)
const isBad = (attempt: Attempt) => attempt.outcome === 'failed' || attempt.servedMs < healthyMs
const double = (value: number, times: number) => value * 2 ** times

/** The attempts at the end of the history that all match. */
function streak(history: readonly Attempt[], matches: (attempt: Attempt) => boolean): Attempt[] {
  const breaker = history.findLastIndex((attempt) => !matches(attempt))
  return history.slice(breaker + 1)
}
