import { createRandom } from '../arrivals/random.ts'
import type { Sample } from '../record/samples.ts'
import { bootstrapDifference, mean, type Change } from './bootstrap.ts'
import { failureOf, seriesOf } from './measures.ts'

export type Outcome = 'pass' | 'fail' | 'inconclusive'

/**
 * `unit`: of `before` and `after`. Milliseconds change by a share of what they were; a share of the requests changes
 * by a difference, since it may have been 0.
 */
export type MetricChange = Change & {
  metric: string
  unit: 'ms' | 'share'
  before: number
  after: number
  outcome: Outcome
  /** How many more requests each of the two runs would need for an answer; only where there is none. */
  missing: number | undefined
}

export type Comparison = {
  outcome: Outcome
  metrics: MetricChange[]
  /** Several runs on both sides: each of them was one observation. */
  by_runs?: true
}

/** Seven metrics may each cry wolf in a quarter of a percent of the cases: all together stay below 2 %. */
export const confidence = 0.995
/** One failure more in a thousand requests is within what a server restart or a lost packet does. */
const allowedFailures = 0.001

/**
 * `fail`: certainly slower, and by more than allowed. `pass`: certainly not slower by more than allowed. Everything
 * else is `inconclusive`, and wants more requests rather than a verdict.
 */
export const judgeChange = ({ estimate, lower, upper }: Change, allowed: number): Outcome => {
  if (lower > 0 && estimate > allowed) return 'fail'
  return upper <= allowed ? 'pass' : 'inconclusive'
}

/**
 * Latencies are those of successes alone: without this, a server that refuses what it is slow at would win. Failures
 * that are too few to say anything pass.
 */
export const compareFailures = (before: Sample[], after: Sample[]): MetricChange[] => {
  const [left, right] = [seriesOf(before, failureOf), seriesOf(after, failureOf)]
  if (left.length === 0 || right.length === 0) return []
  const change = bootstrapDifference(left, right, { confidence, random: createRandom(1) })
  const outcome = change.lower > 0 && change.estimate > allowedFailures ? 'fail' : 'pass'
  const values = { before: mean(left), after: mean(right) }
  return [{ metric: 'error_rate', unit: 'share', ...values, ...change, outcome, missing: undefined }]
}

/** The worst of all decides. That both failed alike says nothing of their speed. */
export const conclude = (latencies: MetricChange[], failures: MetricChange[]): Comparison => {
  const metrics = [...latencies, ...failures]
  const has = (outcome: Outcome): boolean => metrics.some((metric) => metric.outcome === outcome)
  if (has('fail')) return { outcome: 'fail', metrics }
  return { outcome: latencies.length === 0 || has('inconclusive') ? 'inconclusive' : 'pass', metrics }
}
