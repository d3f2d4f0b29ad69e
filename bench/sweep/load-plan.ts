import type { Load } from '../options.ts'
import type { Repeat } from '../repeat/repeat.ts'
import type { BenchResult } from '../result.ts'
import type { SweepGoal } from './sweep-goal.ts'

/** Which loads a command measures: a list, or a search that goes by what it has found. */
export type LoadPlan = {
  /** Undefined: nothing is left to measure. */
  next(results: BenchResult[]): Load | undefined
  /** With the result of a load that is measured several times; by its place in the order. */
  repeatOf?(index: number): Repeat
  /** With each result of a search, so that a saved file can be judged again. */
  goal?: SweepGoal
  /** What is printed of a run as soon as it is measured. */
  render(result: BenchResult, columns: number): string
}
