import type { BenchResult } from '../result.ts'
import type { Sample } from '../record/samples.ts'
import { meanOf } from '../repeat/describe-repeats.ts'
import { quantile } from './bootstrap.ts'
import { compareRuns } from './compare-runs.ts'
import { compareFailures, conclude, judgeChange, type Comparison } from './comparison.ts'
import { quantiles, seriesOf } from './measures.ts'
import { welchChange } from './welch.ts'

/**
 * Two sets of runs. With two or more on both sides each run is one observation: what sets runs apart, a cache or a
 * neighbour, is then part of the uncertainty, which no number of requests in one run can show.
 */
export const compareRepeats = (before: BenchResult[], after: BenchResult[], allowed: number): Comparison =>
  before.length > 1 && after.length > 1
    ? compareByRuns(before, after, allowed)
    : compareRuns(pool(before), pool(after), allowed)

/** By each run's own quantile. Failures are counted together. */
const compareByRuns = (before: BenchResult[], after: BenchResult[], allowed: number): Comparison => {
  const latencies = quantiles.flatMap(({ metric, measure, share }) => {
    const [left, right] = [before, after].map((runs) => runs.map(({ samples }) => seriesOf(samples, measure)))
    if ([...left!, ...right!].some((series) => series.length === 0)) return []
    const [was, is] = [left!, right!].map((runs) => runs.map((series) => quantile(series, share)))
    const change = welchChange(was!, is!)
    const outcome = judgeChange(change, allowed)
    const values = { before: meanOf(was!), after: meanOf(is!) }
    return [{ metric, unit: 'ms' as const, ...values, ...change, outcome, missing: undefined }]
  })
  return { ...conclude(latencies, compareFailures(pool(before), pool(after))), by_runs: true }
}

/** Run after run. */
const pool = (runs: BenchResult[]): Sample[] =>
  runs.flatMap(({ samples }, run) =>
    samples.map((sample) => ({ ...sample, index: sample.index + run * 1e9 })),
  )
