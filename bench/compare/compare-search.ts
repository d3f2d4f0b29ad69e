import type { Sample } from '../record/samples.ts'
import { loadOf } from '../level.ts'
import type { BenchResult } from '../result.ts'
import { judgedRuns } from '../sweep/judged-runs.ts'
import { compareRuns } from './compare-runs.ts'
import type { Baseline } from './judge-baseline.ts'
import type { BaselineVerdict } from './baseline-verdict.ts'
import { judgeSearch } from './judge-search.ts'
import { listSearchDifferences } from './list-search-differences.ts'

/**
 * Writes the comparison of a search into the first run at the load that it found, where gates are looked for: the
 * answer, and the latencies there, where the earlier file has that load. Returns that run.
 */
export const compareSearch = (results: BenchResult[], baseline: Baseline): BenchResult => {
  const judged = judgedRuns(results)
  const [first] = judged as [BenchResult]
  const latency = compareAtLoad(judged.filter((run) => loadOf(run) === loadOf(first)), baseline) // prettier-ignore
  if (latency !== undefined) first.baseline = latency
  first.search_baseline = judgeSearch(results, baseline, latency?.outcome)
  return first
}

/** All runs at one load together, beside all of the earlier file. Undefined: it has none, or of other settings. */
const compareAtLoad = (now: BenchResult[], { file, runs, maxRegression, force }: Baseline) => {
  const [first] = now as [BenchResult]
  const then = runs.filter((run) => loadOf(run) === loadOf(first))
  const [before] = then
  if (before === undefined || before.configuration.mode !== first.configuration.mode) return undefined
  const differences = listSearchDifferences(before, first)
  if (differences.length > 0 && !force) return undefined
  const { outcome, metrics } = compareRuns(poolSamples(then), poolSamples(now), maxRegression)
  const verdict: BaselineVerdict = {
    file,
    started_at: before.started_at,
    sluice_version: before.sluice_version,
    max_regression: maxRegression,
    outcome,
    differences,
    metrics,
  }
  return verdict
}

/** One run behind the other: neighbours stay neighbours. */
const poolSamples = (runs: BenchResult[]): Sample[] => {
  let from = 0
  return runs.flatMap(({ samples }) => {
    const shifted = samples.map((sample) => ({ ...sample, index: sample.index + from }))
    from += samples.reduce((most, { index }) => Math.max(most, index + 1), 0)
    return shifted
  })
}
