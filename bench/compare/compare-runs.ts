import { createRandom, type Random } from '../arrivals/random.ts'
import type { Sample } from '../record/samples.ts'
import { bootstrapChange, bootstrapDifference, mean, quantile, type Change } from './bootstrap.ts'

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

type Measure = (sample: Sample) => number | undefined

const ofSuccess =
  (measure: Measure): Measure =>
  (sample) =>
    sample.error === undefined ? measure(sample) : undefined

const failureOf: Measure = ({ error }) => (error === 'cancelled' ? undefined : error === undefined ? 0 : 1)

const measures = {
  ttft: ofSuccess(({ ttft }) => ttft),
  tpot: ofSuccess(({ ttft, e2e, output_tokens: tokens = 0 }) =>
    ttft === undefined || e2e === undefined || tokens < 2 ? undefined : (e2e - ttft) / (tokens - 1),
  ),
  e2e: ofSuccess(({ e2e }) => e2e),
}
const shares = { p50: 0.5, p95: 0.95 }

/** Seven metrics may each cry wolf in a quarter of a percent of the cases: all together stay below 2 %. */
export const confidence = 0.995
/** One failure more in a thousand requests is within what a server restart or a lost packet does. */
const allowedFailures = 0.001
/** Below this a bootstrap of a P95 says nothing. */
const fewestRequests = 30

/**
 * `fail`: certainly slower by more than allowed, or certainly more failures. `pass`: certainly not slower by more than
 * allowed. Everything else is `inconclusive`, and wants more requests rather than a verdict.
 */
export const compareRuns = (before: Sample[], after: Sample[], allowed: number): Comparison => {
  const random = createRandom(1)
  const latencies = Object.entries(measures).flatMap(([name, measure]) => {
    const series = [seriesOf(before, measure), seriesOf(after, measure)] as const
    if (series.some(({ length }) => length === 0)) return []
    return Object.entries(shares).map(([percentile, share]) =>
      compareQuantile(`${name}_${percentile}`, series, { share, allowed, random }),
    )
  })
  const failures = compareFailures(seriesOf(before, failureOf), seriesOf(after, failureOf), random)
  const metrics = [...latencies, ...failures]
  const outcome = worstOf(metrics)
  // That both failed alike says nothing of their speed.
  return { outcome: outcome === 'pass' && latencies.length === 0 ? 'inconclusive' : outcome, metrics }
}

const compareQuantile = (
  metric: string,
  [before, after]: readonly [Float64Array, Float64Array],
  { share, allowed, random }: { share: number; allowed: number; random: Random },
): MetricChange => {
  const change = bootstrapChange(before, after, { share, confidence, random })
  const count = Math.min(before.length, after.length)
  const outcome = count < fewestRequests ? 'inconclusive' : judge(change, allowed)
  const missing = outcome === 'inconclusive' ? countMissing(change, allowed, count) : undefined
  const values = { before: quantile(before, share), after: quantile(after, share) }
  return { metric, unit: 'ms', ...values, ...change, outcome, missing }
}

/**
 * Latencies are those of successes alone: without this, a server that refuses what it is slow at would win. Failures
 * that are too few to say anything pass.
 */
const compareFailures = (before: Float64Array, after: Float64Array, random: Random): MetricChange[] => {
  if (before.length === 0 || after.length === 0) return []
  const change = bootstrapDifference(before, after, { confidence, random })
  const outcome = change.lower > 0 && change.estimate > allowedFailures ? 'fail' : 'pass'
  const values = { before: mean(before), after: mean(after) }
  return [{ metric: 'error_rate', unit: 'share', ...values, ...change, outcome, missing: undefined }]
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
      const [first, second] = [quantiles(left!), quantiles(right!)]
      const found = change(first, second)
      const middle = (values: number[]): number => mean(Float64Array.from(values))
      const facts = {
        metric: `${name}_${percentile}`,
        unit: 'ms' as const,
        before: middle(first),
        after: middle(second),
      }
      return { ...facts, ...found, outcome: judge(found, allowed), missing: undefined }
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
const seriesOf = (samples: Sample[], measure: Measure): Float64Array =>
  Float64Array.from(
    samples.toSorted((left, right) => left.index - right.index).flatMap((sample) => measure(sample) ?? []),
  )
