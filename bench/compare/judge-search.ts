import type { SearchVerdict } from './search-verdict.ts'
import type { BenchResult } from '../result.ts'
import { describeSweep } from '../sweep/describe-sweep.ts'
import { changeOfLimit } from './change-of-limit.ts'
import type { LimitChange } from './search-verdict.ts'
import type { Baseline } from './judge-baseline.ts'
import type { BaselineVerdict } from './baseline-verdict.ts'
import { listSearchDifferences } from './list-search-differences.ts'

/** Nothing is thrown: a search is not lost to its baseline. `latency`: what the runs at the load found say. */
export const judgeSearch = (
  results: BenchResult[],
  { file, runs, maxRegression, force }: Baseline,
  latency: BaselineVerdict['outcome'] | undefined,
): SearchVerdict => {
  const [before, after] = [runs[0]!, results[0]!]
  const differences = listSearchDifferences(before, after)
  const wanted = after.sweep?.goodput_share ?? null
  const facts = {
    file,
    started_at: before.started_at,
    sluice_version: before.sluice_version,
    max_regression: maxRegression,
    differences,
    unit: describeSweep(results).unit,
    compared: wanted === null ? ('knee' as const) : ('goal' as const),
    before: foundBy(runs, wanted),
    after: foundBy(results, wanted),
    change: null,
    latency: latency ?? null,
  }
  // Loads of another kind cannot be compared, whoever wants it.
  const unlike = before.configuration.mode !== after.configuration.mode
  if (unlike || (differences.length > 0 && !force)) return { ...facts, outcome: 'incomparable' }
  // A knee has no certainty of its own.
  if (wanted === null) return { ...facts, outcome: latency ?? 'inconclusive' }
  const found: [number, number] = [facts.before ?? 0, facts.after ?? 0]
  const change = changeOfLimit(runs, results, { wanted, whole: after.sweep!.whole, found }) ?? null
  const outcome = latency === 'fail' ? 'fail' : judgeChange(change, maxRegression)
  return { ...facts, change, outcome }
}

/** A list of loads that has the goal's figures is judged as a search would. */
const foundBy = (runs: BenchResult[], wanted: number | null): number | null => {
  const { knee, highest } = describeSweep(runs, wanted ?? undefined)
  return (wanted === null ? knee : highest)?.load ?? null
}

/** As of latencies: what is certain, and beyond what is allowed, fails; what certainly is not passes. */
const judgeChange = (change: LimitChange | null, allowed: number): SearchVerdict['outcome'] => {
  if (change === null) return 'inconclusive'
  if (change.upper !== null && change.upper < 0 && change.estimate < -allowed) return 'fail'
  return change.lower >= -allowed ? 'pass' : 'inconclusive'
}
