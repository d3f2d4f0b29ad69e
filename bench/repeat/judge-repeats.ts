import { levelOf } from '../level.ts'
import type { BenchResult, Verdict } from '../result.ts'
import { isMissed, parseThreshold } from '../thresholds.ts'
import { medianOf } from './describe-repeats.ts'

/**
 * One verdict for each load instead of one for each run: by the median of what the runs measured, on the last of them.
 * A figure that one run did not measure was not measured.
 */
export const judgeRepeats = (results: BenchResult[]): void => {
  for (const runs of Map.groupBy(results, levelOf).values()) {
    const last = runs.at(-1)!
    const judged = last.thresholds.map((verdict, index) => judge(verdict, runs, index))
    for (const run of runs) run.thresholds = []
    last.thresholds = judged
  }
}

const judge = (verdict: Verdict, runs: BenchResult[], index: number): Verdict => {
  const values = runs.map(({ thresholds }) => thresholds[index]?.actual ?? null)
  const actual = values.includes(null) ? null : medianOf(values.map((value) => value!))
  const missed = actual !== null && isMissed(parseThreshold(verdict.expression), actual)
  return { ...verdict, actual, passed: actual !== null && !missed, runs: runs.length }
}
