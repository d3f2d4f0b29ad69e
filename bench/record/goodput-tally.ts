import type { GoodputLimits } from '../goodput.ts'
import { tokensOf, type Attempt, type Issue } from '../wire/attempt.ts'
import { lastOutputAt, timePerToken } from './latencies.ts'

export const createGoodputTally = (
  limits: GoodputLimits,
): { record(attempt: Attempt, issue: Issue): void; good(): number } => {
  let good = 0
  return {
    good: () => good,
    record(attempt, issue) {
      if (isGood(attempt, issue, limits)) good += 1
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
