import type { LoadUnit } from '../load-unit.ts'
import { arrivalUnit, loadOf } from '../level.ts'
import type { GoodputLimits } from '../goodput.ts'
import type { SearchVerdict } from '../compare/search-verdict.ts'
import type { BenchResult } from '../result.ts'
import { judgeLevel, trustOf, type LevelOutcome } from './judge-level.ts'
import { findKnee, type LoadPoint } from './knee.ts'
import { nextLevel, type Level } from './next-level.ts'
import { nextToKnee } from './next-to-knee.ts'

/** What several runs at different loads say together; `sweep` in the result file. */
export type SweepAnswer = {
  unit: LoadUnit
  /** Null where no limits were to be met. */
  goal: { limits: GoodputLimits; share: number } | null
  /** The highest load that meets the goal, and the lowest above it that misses it. Null: none. */
  highest: LevelAnswer | null
  first_missed: LevelAnswer | null
  ended: 'found' | 'all-meet' | 'none-meets' | 'interrupted' | 'time-over' | 'listed'
  /** The measured load beyond which throughput hardly rises; null: there is no such load among them. */
  knee: { load: number; throughput: number; metric: ThroughputMetric } | null
  /** Beside an earlier answer, with --baseline. */
  baseline?: SearchVerdict
}

export type LevelAnswer = Omit<LevelOutcome, 'outcome'> & { load: number; runs: number }
type ThroughputMetric = 'output_tokens_per_second' | 'requests_per_second'

const unitOf = ({ configuration }: BenchResult): LoadUnit => {
  if (configuration.arrivals !== null) return arrivalUnit(configuration)
  return configuration.session === undefined ? 'requests in flight' : 'sessions in flight'
}

/** `wanted` judges a list of loads by a goal that it had not. */
export const describeSweep = (results: BenchResult[], wanted?: number): SweepAnswer => {
  const [first] = results as [BenchResult]
  const { sweep, goodput } = first
  const share = wanted ?? sweep?.goodput_share ?? null
  const levels = levelsOf(results, share)
  const [metric, points] = throughputByLoad(results)
  const knee = findKnee(points)
  const high = share === null ? undefined : levels.find(({ outcome }) => outcome?.outcome === 'misses')
  const low = levels.findLast(
    ({ load, outcome }) => outcome?.outcome === 'meets' && (high === undefined || load < high.load),
  )
  const baseline = results.find((result) => result.search_baseline !== undefined)?.search_baseline
  return {
    unit: unitOf(first),
    goal: share === null || goodput === null ? null : { limits: goodput.limits, share },
    highest: answerOf(low),
    first_missed: answerOf(high),
    ended: endOf(results, levels, points),
    knee: knee === undefined ? null : { ...knee, metric },
    ...(baseline !== undefined && { baseline }),
  }
}

/** All runs at the same load together, in ascending order of load. */
export const levelsOf = (
  results: BenchResult[],
  share: number | null = results[0]?.sweep?.goodput_share ?? null,
): Level[] =>
  byLoad(results).map(([load, runs]) => ({
    load,
    runs: runs.length,
    outcome: share === null ? undefined : judgeLevel(runs, share),
  }))

/** Runs at the same load count with their mean. Load that was not offered brought no throughput of its own. */
export const throughputByLoad = (results: BenchResult[]): [ThroughputMetric, LoadPoint[]] => {
  const offered = results.filter((result) => trustOf(result) !== 'none')
  const counted = offered.every(
    ({ throughput, requests }) => requests.succeeded === 0 || throughput.output_tokens_per_second !== null,
  )
  const metric = counted ? 'output_tokens_per_second' : 'requests_per_second'
  const points = byLoad(offered).map(([load, runs]) => ({
    load,
    throughput: runs.reduce((sum, { throughput }) => sum + (throughput[metric] ?? 0), 0) / runs.length,
  }))
  return [metric, points]
}

const byLoad = (results: BenchResult[]): [number, BenchResult[]][] =>
  [...Map.groupBy(results, loadOf)].toSorted(([left], [right]) => left - right)

const answerOf = (level: Level | undefined): LevelAnswer | null => {
  if (level?.outcome === undefined) return null
  const { outcome: _outcome, ...figures } = level.outcome
  return { load: level.load, runs: level.runs, ...figures }
}

/** The search left off for a reason from outside where it would have gone on. */
const endOf = (results: BenchResult[], levels: Level[], points: LoadPoint[]): SweepAnswer['ended'] => {
  const [{ sweep }] = results as [BenchResult]
  if (sweep === undefined) return 'listed'
  if (results.some(({ interrupted }) => interrupted)) return 'interrupted'
  if (sweep.goodput_share === null) return nextToKnee(points, sweep) === undefined ? 'found' : 'time-over'
  const step = nextLevel(levels, sweep)
  return 'done' in step ? step.done : 'time-over'
}
