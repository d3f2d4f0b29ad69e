import { levelOf } from '../level.ts'
import { round } from '../record/statistics.ts'
import type { BenchResult } from '../result.ts'
import { studentT } from './student-t.ts'

/** One figure over the repetitions of a load; each run counts as one observation. */
export type RunSpread = {
  median: number
  mean: number
  std: number
  /** Standard deviation as a share of the mean. */
  cv: number
  min: number
  max: number
  /** Where the mean lies with 95 % confidence, by Student's t; null for a single run. */
  confidence: [number, number] | null
  /** In the order in which they were measured. */
  values: number[]
}

export type RepeatedLoad = { load: string; runs: number; metrics: Partial<Record<RepeatMetric, RunSpread>> }

const readers = {
  requests_per_second: ({ throughput }: BenchResult) => throughput.requests_per_second,
  output_tokens_per_second: ({ throughput }: BenchResult) => throughput.output_tokens_per_second,
  goodput: ({ goodput }: BenchResult) => goodput?.share ?? null,
  ttft_mean: ({ latency }: BenchResult) => latency.ttft?.mean ?? null,
  ttft_p50: ({ latency }: BenchResult) => latency.ttft?.p50 ?? null,
  ttft_p95: ({ latency }: BenchResult) => latency.ttft?.p95 ?? null,
  ttft_p99: ({ latency }: BenchResult) => latency.ttft?.p99 ?? null,
  tpot_mean: ({ latency }: BenchResult) => latency.tpot?.mean ?? null,
  tpot_p50: ({ latency }: BenchResult) => latency.tpot?.p50 ?? null,
  tpot_p95: ({ latency }: BenchResult) => latency.tpot?.p95 ?? null,
  e2e_mean: ({ latency }: BenchResult) => latency.e2e?.mean ?? null,
  e2e_p50: ({ latency }: BenchResult) => latency.e2e?.p50 ?? null,
  e2e_p95: ({ latency }: BenchResult) => latency.e2e?.p95 ?? null,
  e2e_p99: ({ latency }: BenchResult) => latency.e2e?.p99 ?? null,
  error_rate: ({ error_rate: rate }: BenchResult) => rate,
}
const shares = new Set<string>(['goodput', 'error_rate'])
export type RepeatMetric = keyof typeof readers
export const repeatMetrics = Object.keys(readers) as RepeatMetric[]

export const isRepeated = (results: BenchResult[]): boolean =>
  results.length > 1 && results.every(({ repeat }) => repeat !== undefined)

/** Each load with all its runs. A figure that one of them lacks is left out: fewer runs would look like all. */
export const describeRepeats = (results: BenchResult[]): RepeatedLoad[] =>
  [...Map.groupBy(results, levelOf)].map(([load, runs]) => ({
    load,
    runs: runs.length,
    metrics: Object.fromEntries(
      repeatMetrics.flatMap((name) => {
        const values = runs.map((run) => readers[name](run)).filter((value) => value !== null)
        return values.length === runs.length
          ? [[name, spreadOf(values, shares.has(name) ? 1 : Number.POSITIVE_INFINITY)]]
          : []
      }),
    ),
  }))

export const medianOf = (values: number[]): number => {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export const meanOf = (values: number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Of a sample: divided by one less than the count. */
export const deviationOf = (values: number[]): number => {
  const mean = meanOf(values)
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1),
  )
}

/** `most`: what the figure cannot exceed; none of them can be negative, and an interval says no more than that. */
const spreadOf = (values: number[], most: number): RunSpread => {
  const [mean, std] = [meanOf(values), deviationOf(values)]
  const reach = values.length < 2 ? 0 : studentT(0.95, values.length - 1) * (std / Math.sqrt(values.length))
  return {
    median: round(medianOf(values)),
    mean: round(mean),
    std: round(std),
    cv: mean === 0 ? 0 : round(std / Math.abs(mean)),
    min: Math.min(...values),
    max: Math.max(...values),
    confidence:
      values.length < 2 ? null : [round(Math.max(0, mean - reach)), round(Math.min(most, mean + reach))],
    values,
  }
}
