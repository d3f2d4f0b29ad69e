import { exitCodeOf } from './compare/judge-baseline.ts'
import { benchExitCodes } from './exit-codes.ts'
import type { BenchResult } from './result.ts'
import { isGoalMissed, judgedRuns } from './sweep/judged-runs.ts'
import { exitCodes } from '../src/errors.ts'

/** Of a whole command. `strict`: a DEGRADED run counts as INVALID. */
export const resolveExitCode = (all: BenchResult[], strict: boolean): number => {
  if (all.some(({ interrupted }) => interrupted)) return exitCodes.interrupted
  const results = judgedRuns(all)
  if (isGoalMissed(all)) return benchExitCodes.thresholdMissed
  if (results.some(({ requests }) => requests.succeeded === 0)) return benchExitCodes.nothingSucceeded
  const refused = strict ? ['INVALID', 'DEGRADED'] : ['INVALID']
  if (results.some(({ verdict }) => refused.includes(verdict.status))) return benchExitCodes.invalidRun
  const passed = results.every(({ thresholds }) => thresholds.every((threshold) => threshold.passed))
  if (!passed) return benchExitCodes.thresholdMissed
  const search = results.find(({ search_baseline: verdict }) => verdict !== undefined)?.search_baseline
  // Of a search the answer decides; it has looked at the latencies.
  return exitCodeOf(search === undefined ? results.map(({ baseline }) => baseline) : [search])
}
