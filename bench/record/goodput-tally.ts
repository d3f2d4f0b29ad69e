import type { GoodputLimits } from '../goodput.ts'
import { tokensOf, type Attempt, type Issue } from '../wire/attempt.ts'
import { lastOutputAt, timePerToken } from './latencies.ts'

export const createGoodputTally = (
  limits: GoodputLimits,
): {
  /** Whether the request kept all limits; undefined where there are none. */
  record(attempt: Attempt, issue: Issue): boolean | undefined
  good(): number
} => {
  const limited = Object.keys(limits).length > 0
  let good = 0
  return {
    good: () => good,
    record(attempt, issue) {
      const kept = attempt.failure === undefined && isGood(attempt, issue, limits)
      if (kept) good += 1
      return limited ? kept : undefined
    },
  }
}

/** What was not measured is not good: a promise nobody can check is not kept. */
const isGood = (attempt: Attempt, { dueAt }: Issue, { ttft, tpot, e2e }: GoodputLimits): boolean => {
  const { startedAt, timeline, reply } = attempt
  const wantedAt = dueAt ?? startedAt
  // One token has no time per further token, and after one read nobody waited for more: TTFT holds all of the wait.
  const atOnce = timeline.reads === 1 && tokensOf(reply) !== undefined
  return (
    (ttft === undefined || timeline.first - wantedAt <= ttft) &&
    (tpot === undefined || atOnce || (timePerToken(attempt) ?? Number.POSITIVE_INFINITY) <= tpot) &&
    (e2e === undefined || lastOutputAt(attempt) - wantedAt <= e2e)
  )
}
