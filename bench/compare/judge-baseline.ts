import { AppError, exitCodes } from '../../src/errors.ts'
import { benchExitCodes } from '../exit-codes.ts'
import { levelOf } from '../level.ts'
import type { BenchResult } from '../result.ts'
import { compareRepeats } from './compare-repeats.ts'
import type { BaselineVerdict } from './baseline-verdict.ts'
import { listDifferences } from './read-run.ts'

export type Baseline = {
  file: string
  runs: BenchResult[]
  maxRegression: number
  /** Compare although machine or settings differ. */
  force: boolean
}

/**
 * Of a sweep, the level with the same load is the baseline's; `repeats` are all runs at the result's load. Nothing is
 * thrown: a measured run is not lost to it.
 */
export const judgeBaseline = (
  result: BenchResult,
  baseline: Baseline,
  repeats = [result],
): BaselineVerdict => {
  const { file, runs, maxRegression, force } = baseline
  const alike = runs.filter((run) => levelOf(run) === levelOf(result))
  const before = alike[0] ?? (force ? runs[0] : undefined)
  const facts = {
    file,
    started_at: before?.started_at ?? null,
    sluice_version: before?.sluice_version ?? null,
    max_regression: maxRegression,
  }
  const differences =
    before === undefined
      ? [`the load (${runs.map(levelOf).join(', ')}, then ${levelOf(result)})`]
      : listDifferences(before, result)
  if (before === undefined || (differences.length > 0 && !force)) {
    return { ...facts, outcome: 'incomparable', differences, metrics: [] }
  }
  // Runs at one load are repetitions only where they were meant to be; a search measures a load again for its own reasons.
  const earlier = before.repeat === undefined ? [before] : alike
  return { ...facts, differences, ...compareRepeats(earlier, repeats, maxRegression) }
}

/** The worst of them decides: two runs of different things are a mistake in the call, as in `bench compare`. */
export const exitCodeOf = (verdicts: (Pick<BaselineVerdict, 'outcome'> | undefined)[]): number => {
  const has = (wanted: BaselineVerdict['outcome']): boolean =>
    verdicts.some((verdict) => verdict?.outcome === wanted)
  if (has('incomparable')) return exitCodes.usage
  if (has('fail')) return benchExitCodes.thresholdMissed
  return has('inconclusive') ? benchExitCodes.invalidRun : 0
}

/** A percentage as it is typed: 5, 10%. */
export const parseRegression = (text: string): number => {
  const value = Number(text.replace(/\s*%$/, ''))
  if (text.trim() !== '' && value >= 0 && value <= 1000) return value / 100
  throw new AppError('invalid_request', `--max-regression "${text}": expected a percentage such as 5 or 10%`)
}
