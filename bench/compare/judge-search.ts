import { loadOf } from '../level.ts'
import type { BenchResult } from '../result.ts'
import { describeSweep } from '../sweep/describe-sweep.ts'
import { findLimit, mostOf, type FoundLimit } from './found-limit.ts'
import type { Baseline, BaselineVerdict } from './judge-baseline.ts'
import { listDifferences } from './read-run.ts'

/** The answer of a search beside that of an earlier one. */
export type SearchVerdict = Pick<
  BaselineVerdict,
  'file' | 'started_at' | 'sluice_version' | 'max_regression' | 'outcome' | 'differences'
> & {
  /** The highest load that meets the goal, then and now; null where there was no goal. */
  before: FoundLimit | null
  after: FoundLimit | null
  /** Of the highest load, as a share: 0.1 is 10 % more. `upper` null: no load was missed, so nothing bounds it. */
  change: { estimate: number; lower: number; upper: number | null } | null
  /** The load found, where the earlier file has runs at it too: their latencies are compared. */
  same_load: number | null
}

/** Nothing is thrown: a search is not lost to its baseline. `latency`: what the runs at the load found say. */
export const judgeSearch = (
  results: BenchResult[],
  { file, runs, maxRegression, force }: Baseline,
  latency: BaselineVerdict | undefined,
): SearchVerdict => {
  const [before, after] = [runs[0]!, results[0]!]
  const differences = listSearchDifferences(before, after)
  const facts = {
    file,
    started_at: before.started_at,
    sluice_version: before.sluice_version,
    max_regression: maxRegression,
    differences,
    same_load: latency === undefined ? null : loadOf(judgedAt(results)),
  }
  const unlike = before.configuration.mode !== after.configuration.mode
  const nothing = { ...facts, before: null, after: null, change: null }
  if (unlike || (differences.length > 0 && !force)) return { ...nothing, outcome: 'incomparable' }
  const share = after.sweep?.goodput_share ?? null
  if (share === null) return { ...nothing, outcome: latency?.outcome ?? 'inconclusive' }
  const [then, now] = [findLimit(runs, share), findLimit(results, share)]
  const change = changeOf(then, now, after.sweep!.whole)
  const slower = latency?.outcome === 'fail'
  const outcome = slower ? 'fail' : judgeChange(change, maxRegression)
  return { ...facts, before: then, after: now, change, outcome }
}

/** A run at the load that the search found; what its latencies are compared at. */
const judgedAt = (results: BenchResult[]): BenchResult => {
  const { goal, highest, knee } = describeSweep(results)
  const load = goal === null ? knee?.load : highest?.load
  return results.find((result) => loadOf(result) === load) ?? results[0]!
}

/** The settings beside the load, which a search chooses itself, and what both looked for. */
export const listSearchDifferences = (before: BenchResult, after: BenchResult): string[] => {
  const { concurrency, arrivals } = after.configuration
  const asAfter =
    before.configuration.arrivals === null || arrivals === null
      ? { ...before.configuration, concurrency }
      : { ...before.configuration, arrivals: { ...before.configuration.arrivals, rate: arrivals.rate } }
  const [left, right] = [goalsOf(before), goalsOf(after)]
  const goals = Object.keys(right)
    .filter((name) => left[name] !== undefined && left[name] !== right[name])
    .map((name) => `${name} (${left[name]}, then ${right[name]})`)
  if (left['the limits'] === undefined && right['the limits'] !== undefined) {
    goals.push('the goal (the baseline has no --goodput)')
  }
  return [...listDifferences({ ...before, configuration: asAfter }, after), ...goals]
}

const goalsOf = ({ goodput, sweep }: BenchResult): Record<string, string | undefined> => ({
  'the limits': goodput === null ? undefined : JSON.stringify(goodput.limits),
  'the share that must keep them': sweep?.goodput_share == null ? undefined : String(sweep.goodput_share),
})

/** From the least that it can be now beside the most that it can have been, to the opposite. */
const changeOf = (before: FoundLimit, after: FoundLimit, whole: boolean): SearchVerdict['change'] => {
  const most = mostOf(before, whole)
  if (before.highest === null || most === 0) return null
  const change = (now: number, then: number): number => now / then - 1
  return {
    estimate: change(after.highest ?? 0, before.highest),
    lower: change(after.surely ?? 0, most),
    upper: after.not === null || before.surely === null ? null : change(mostOf(after, whole), before.surely),
  }
}

/** As of latencies: what is certain beyond what is allowed fails, what certainly is not passes. */
const judgeChange = (change: SearchVerdict['change'], allowed: number): SearchVerdict['outcome'] => {
  if (change === null) return 'inconclusive'
  if (change.upper !== null && change.upper < 0 && change.estimate < -allowed) return 'fail'
  return change.lower >= -allowed ? 'pass' : 'inconclusive'
}
