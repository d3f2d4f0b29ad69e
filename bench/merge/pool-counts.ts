import type { ErrorCount } from '../record/error-tally.ts'
import type { TimingMeans } from '../record/timing-tally.ts'
import { round } from '../record/statistics.ts'
import type { BenchResult } from '../result.ts'

export const sumOf = (values: number[]): number => values.reduce((sum, value) => sum + value, 0)

/** Null as soon as one of them does not know. */
export const sumOrNull = (values: (number | null)[]): number | null =>
  values.some((value) => value === null) ? null : sumOf(values as number[])

export const poolRequests = (runs: BenchResult[]): BenchResult['requests'] => {
  const total = (name: keyof BenchResult['requests']): number =>
    sumOf(runs.map(({ requests }) => requests[name]))
  return {
    sent: total('sent'),
    succeeded: total('succeeded'),
    failed: total('failed'),
    cancelled: total('cancelled'),
  }
}

export const poolWarmUp = (runs: BenchResult[]): BenchResult['warm_up'] => ({
  sent: sumOf(runs.map(({ warm_up: warmUp }) => warmUp.sent)),
  failed: sumOf(runs.map(({ warm_up: warmUp }) => warmUp.failed)),
  errors: poolErrors(runs.map(({ warm_up: warmUp }) => warmUp.errors)),
})

export const poolCoolDown = (runs: BenchResult[]): Pick<BenchResult, 'cool_down'> =>
  runs.every(({ cool_down: cooled }) => cooled === undefined)
    ? {}
    : { cool_down: { sent: sumOf(runs.map(({ cool_down: cooled }) => cooled?.sent ?? 0)) } }

export const poolErrors = (lists: ErrorCount[][]): ErrorCount[] => {
  const kinds = new Map<string, ErrorCount>()
  for (const error of lists.flat()) {
    const known = kinds.get(error.kind)
    // How many different messages there are in all is not known from two counts: at least the larger.
    const messages = Math.max(error.messages, known?.messages ?? 0)
    kinds.set(error.kind, { ...(known ?? error), count: error.count + (known?.count ?? 0), messages })
  }
  return [...kinds.values()].toSorted((left, right) => right.count - left.count)
}

export const poolReasons = (runs: BenchResult[]): Record<string, number> => {
  const reasons: Record<string, number> = {}
  for (const [reason, count] of runs.flatMap((run) => Object.entries(run.finish_reasons))) {
    reasons[reason] = (reasons[reason] ?? 0) + count
  }
  return reasons
}

export const poolTokens = (runs: BenchResult[]): BenchResult['tokens'] => {
  const sources = new Set(runs.map(({ tokens }) => tokens.source))
  return {
    source: sources.size === 1 ? runs[0]!.tokens.source : 'mixed',
    output: sumOf(runs.map(({ tokens }) => tokens.output)),
    prompt: sumOrNull(runs.map(({ tokens }) => tokens.prompt)),
    cached_prompt: sumOrNull(runs.map(({ tokens }) => tokens.cached_prompt)),
  }
}

/** Means, and only of them a weighted mean is the mean of all. */
export const poolTimings = (runs: BenchResult[]): TimingMeans => {
  const parts = ['queue', 'prefill', 'decode'] as const
  return Object.fromEntries(
    parts.flatMap((part) => {
      const known = runs.filter((run) => run.server_timings[part] !== undefined)
      const weight = sumOf(known.map(({ requests }) => requests.succeeded))
      if (weight === 0) return []
      const sum = sumOf(known.map((run) => run.server_timings[part]! * run.requests.succeeded))
      return [[part, round(sum / weight)]]
    }),
  )
}
