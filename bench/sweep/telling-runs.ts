import { inOrderOfLoad, loadOf } from '../level.ts'
import type { BenchResult } from '../result.ts'
import { describeSweep } from './describe-sweep.ts'

/** Of a search only the runs that its answer rests on: a report of all of them would bury it. Else all. */
export const tellingRuns = (results: BenchResult[]): BenchResult[] => {
  if (results[0]?.sweep === undefined || results.length === 1) return results
  const { goal, highest, first_missed: missed, knee } = describeSweep(results)
  const loads = goal === null ? [knee?.load] : [highest?.load, missed?.load]
  const telling = inOrderOfLoad(results).filter((result) => loads.includes(loadOf(result)))
  return telling.length === 0 ? results : telling
}
