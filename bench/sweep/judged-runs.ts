import { loadOf } from '../level.ts'
import type { BenchResult } from '../result.ts'
import { describeSweep } from './describe-sweep.ts'

/**
 * Those that gates and exit codes go by: a search drives the server beyond what it can do on purpose, so of one only
 * the runs at the load that it found; without limits at the knee. Else all, and where it found nothing.
 */
export const judgedRuns = (results: BenchResult[]): BenchResult[] => {
  if (results[0]?.sweep === undefined) return results
  const { highest, knee, goal } = describeSweep(results)
  const load = goal === null ? knee?.load : highest?.load
  return load === undefined ? results : results.filter((result) => loadOf(result) === load)
}

/** Whether a search had limits to meet and no load met them. */
export const isGoalMissed = (results: BenchResult[]): boolean => {
  if (results[0]?.sweep === undefined) return false
  const { goal, highest } = describeSweep(results)
  return goal !== null && highest === null
}
