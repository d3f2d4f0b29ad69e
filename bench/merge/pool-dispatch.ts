import { coefficientOfVariation } from '../arrivals/distributions.ts'
import type { DispatchSummary } from '../record/dispatch-summary.ts'
import type { Sample } from '../record/samples.ts'
import { round } from '../record/statistics.ts'
import type { BenchResult } from '../result.ts'
import { sumOf } from './pool-counts.ts'

/**
 * Rates and gaps are recomputed from all requests. Lateness is not in the samples by itself, so its largest
 * percentile stands for all: that of the pooled requests is never above it. Peaks are added, which is the most they
 * can have been together.
 */
export const poolDispatch = (runs: BenchResult[], samples: Sample[]): DispatchSummary | null => {
  const parts = runs.flatMap(({ dispatch }) => dispatch ?? [])
  if (parts.length < runs.length) return null
  const most = (name: 'lateness_p50_ms' | 'lateness_p99_ms' | 'lateness_max_ms' | 'wait_max_ms'): number =>
    Math.max(...parts.map((part) => part[name]))
  const total = (name: 'scheduled' | 'waited' | 'backlog_max' | 'in_flight_max'): number =>
    sumOf(parts.map((part) => part[name]))
  // Of a session only the first turn is an arrival.
  const arrived = samples.filter(({ turn = 1 }) => turn === 1)
  const starts = arrived.map(({ start }) => start).toSorted((left, right) => left - right)
  const dues = arrived.flatMap(({ due }) => due ?? []).toSorted((left, right) => left - right)
  const waited = total('waited')
  const waits = sumOf(parts.map((part) => part.wait_mean_ms * part.waited))
  return {
    scheduled: total('scheduled'),
    rate_scheduled: rateOf(dues),
    rate_achieved: rateOf(starts),
    gap_cv: starts.length < 3 ? null : round(coefficientOfVariation(gapsOf(starts))),
    lateness_p50_ms: most('lateness_p50_ms'),
    lateness_p99_ms: most('lateness_p99_ms'),
    lateness_max_ms: most('lateness_max_ms'),
    waited,
    wait_mean_ms: waited === 0 ? 0 : round(waits / waited),
    wait_max_ms: most('wait_max_ms'),
    backlog_max: total('backlog_max'),
    in_flight_max: total('in_flight_max'),
  }
}

const gapsOf = (times: number[]): number[] => times.slice(1).map((time, index) => time - times[index]!)

const rateOf = (sorted: number[]): number | null => {
  const span = (sorted.at(-1) ?? 0) - (sorted[0] ?? 0)
  return span > 0 ? round(((sorted.length - 1) * 1000) / span) : null
}
