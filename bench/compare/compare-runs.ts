import { createRandom, type Random } from '../arrivals/random.ts'
import type { Sample } from '../record/samples.ts'
import { bootstrapChange, quantile, type Change } from './bootstrap.ts'
import {
  compareFailures,
  conclude,
  confidence,
  judgeChange,
  type Comparison,
  type MetricChange,
} from './comparison.ts'
import { quantiles, seriesOf } from './measures.ts'

/** Below this a bootstrap of a P95 says nothing. */
const fewestRequests = 30

/** One run beside another, by drawing the requests of each anew. `allowed`: as a share. */
export const compareRuns = (before: Sample[], after: Sample[], allowed: number): Comparison => {
  const random = createRandom(1)
  const latencies = quantiles.flatMap(({ metric, measure, share }) => {
    const [left, right] = [seriesOf(before, measure), seriesOf(after, measure)]
    if (left.length === 0 || right.length === 0) return []
    return [{ metric, ...compareQuantile(left, right, { share, allowed, random }) }]
  })
  return conclude(latencies, compareFailures(before, after))
}

const compareQuantile = (
  before: Float64Array,
  after: Float64Array,
  { share, allowed, random }: { share: number; allowed: number; random: Random },
): Omit<MetricChange, 'metric'> => {
  const change = bootstrapChange(before, after, { share, confidence, random })
  const count = Math.min(before.length, after.length)
  const outcome = count < fewestRequests ? 'inconclusive' : judgeChange(change, allowed)
  const missing = outcome === 'inconclusive' ? countMissing(change, allowed, count) : undefined
  const values = { before: quantile(before, share), after: quantile(after, share) }
  return { unit: 'ms', ...values, ...change, outcome, missing }
}

/** An interval shrinks with the root of the requests; it has to reach from the estimate to what it must rule out. */
const countMissing = ({ estimate, lower, upper }: Change, allowed: number, count: number): number => {
  const [width, room] =
    estimate > allowed ? [estimate - lower, estimate] : [upper - estimate, allowed - estimate]
  const needed = Math.max(fewestRequests, count * (width / Math.max(room, 0.002)) ** 2)
  return Math.max(1, Math.ceil(needed) - count)
}
