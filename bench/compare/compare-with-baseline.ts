import type { BenchResult } from '../result.ts'
import { judgeBaseline, type Baseline } from './judge-baseline.ts'
import { renderBaseline } from './render-comparison.ts'

/** Writes the outcome into each result, so that every report has it, and shows it. */
export const compareWithBaseline = (
  results: BenchResult[],
  baseline: Baseline,
  screen: { write(text: string): unknown },
): void => {
  for (const result of results) {
    result.baseline = judgeBaseline(result, baseline)
    screen.write(`\n${renderBaseline(result.baseline)}\n`)
  }
}
