import { levelOf } from '../level.ts'
import { isRepeated } from '../repeat/describe-repeats.ts'
import type { BenchResult } from '../result.ts'
import { judgeBaseline, type Baseline } from './judge-baseline.ts'
import { renderBaseline } from './render-comparison.ts'

/** Writes the outcome into each result, so that every report has it, and shows it. */
export const compareWithBaseline = (
  results: BenchResult[],
  baseline: Baseline,
  screen: { write(text: string): unknown },
): void => {
  const loads = isRepeated(results)
    ? [...Map.groupBy(results, levelOf).values()]
    : results.map((result) => [result])
  for (const runs of loads) {
    const result = runs.at(-1)!
    result.baseline = judgeBaseline(result, baseline, runs)
    screen.write(`\n${renderBaseline(result.baseline)}\n`)
  }
}
