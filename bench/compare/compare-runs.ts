import { createRandom } from '../arrivals/random.ts'
import type { Sample } from '../record/samples.ts'
import { bootstrapChange, quantile, type Change } from './bootstrap.ts'

export type Outcome = 'pass' | 'fail' | 'inconclusive'

export type MetricChange = Change & {
  metric: string
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

const measures = {
  ttft: ({ ttft }: Sample) => ttft,
  tpot: ({ ttft, e2e, output_tokens: tokens = 0 }: Sample) =>
    ttft === undefined || e2e === undefined || tokens < 2 ? undefined : (e2e - ttft) / (tokens - 1),
  e2e: ({ e2e }: Sample) => e2e,
}
const shares = { p50: 0.5, p95: 0.95 }

/** Six metrics may each cry wolf in a quarter of a percent of the cases: all together stay below 2 %. */
export const confidence = 0.995
/** Below this a bootstrap of a P95 says nothing. */
const fewestRequests = 30

/**
 * `fail`: certainly slower, and by more than allowed. `pass`: certainly not slower by more than allowed. Everything
 * else is `inconclusive`, and wants more requests rather than a verdict.
 */
export const compareRuns = (before: Sample[], after: Sample[], allowed: number): Comparison => {
  const random = createRandom(1)
  const metrics = Object.entries(measures).flatMap(([name, measure]) => {
    const [left, right] = [seriesOf(before, measure), seriesOf(after, measure)]
    if (left.length === 0 || right.length === 0) return []
    return Object.entries(shares).map(([percentile, share]): MetricChange => {
      const change = bootstrapChange(left, right, { share, confidence, random })
      const count = Math.min(left.length, right.length)
      const outcome = count < fewestRequests ? 'inconclusive' : judge(change, allowed)
      const missing = outcome === 'inconclusive' ? countMissing(change, allowed, count) : undefined
      return { metric: `${name}_${percentile}`, ...change, outcome, missing }
    })
  })
  return { outcome: worstOf(metrics), metrics }
}

type ByRuns = { allowed: number; change: (before: number[], after: number[]) => Change }

/** The same of several runs on each side, by each run's own quantile. */
export const compareSeries = (
  before: Sample[][],
  after: Sample[][],
  { allowed, change }: ByRuns,
): Comparison => {
  const metrics = Object.entries(measures).flatMap(([name, measure]) => {
    const [left, right] = [before, after].map((runs) => runs.map((samples) => seriesOf(samples, measure)))
    if ([...left!, ...right!].some((series) => series.length === 0)) return []
    return Object.entries(shares).map(([percentile, share]): MetricChange => {
      const quantiles = (runs: Float64Array[]): number[] => runs.map((series) => quantile(series, share))
      const found = change(quantiles(left!), quantiles(right!))
      return { metric: `${name}_${percentile}`, ...found, outcome: judge(found, allowed), missing: undefined }
    })
  })
  return { outcome: worstOf(metrics), metrics, by_runs: true }
}

const judge = ({ estimate, lower, upper }: Change, allowed: number): Outcome => {
  if (lower > 0 && estimate > allowed) return 'fail'
  return upper <= allowed ? 'pass' : 'inconclusive'
}

/** An interval shrinks with the root of the requests; it has to reach from the estimate to what it must rule out. */
const countMissing = ({ estimate, lower, upper }: Change, allowed: number, count: number): number => {
  const [width, room] =
    estimate > allowed ? [estimate - lower, estimate] : [upper - estimate, allowed - estimate]
  const needed = Math.max(fewestRequests, count * (width / Math.max(room, 0.002)) ** 2)
  return Math.max(1, Math.ceil(needed) - count)
}

const worstOf = (metrics: MetricChange[]): Outcome => {
  const has = (outcome: Outcome): boolean => metrics.some((metric) => metric.outcome === outcome)
  if (has('fail')) return 'fail'
  return metrics.length === 0 || has('inconclusive') ? 'inconclusive' : 'pass'
}

/** In the order in which they were sent, which is what neighbours are neighbours in. */
const seriesOf = (samples: Sample[], measure: (sample: Sample) => number | undefined): Float64Array =>
  Float64Array.from(
    samples
      .toSorted((left, right) => left.index - right.index)
      .flatMap((sample) => (sample.error === undefined ? (measure(sample) ?? []) : [])),
  )
