import { levelOf } from '../level.ts'
import { columnsOf } from '../report/columns-of.ts'
import { isRepeated } from '../repeat/describe-repeats.ts'
import type { BenchResult } from '../result.ts'
import { compareSearch } from './compare-search.ts'
import { renderSearchVerdict } from './describe-search-verdict.ts'
import { judgeBaseline, type Baseline } from './judge-baseline.ts'
import { renderBaseline } from './render-comparison.ts'

/** Writes the outcome into the results, so that every report has it, and shows it. */
export const compareWithBaseline = (
  results: BenchResult[],
  baseline: Baseline,
  screen: { columns?: number; write(text: string): unknown },
): void => {
  if (results[0]?.sweep !== undefined) {
    const { search_baseline: verdict, baseline: latency } = compareSearch(results, baseline)
    if (latency !== undefined) screen.write(`\n${renderBaseline(latency, columnsOf(screen))}\n`)
    screen.write(`\n${renderSearchVerdict(verdict!).join('\n')}\n`)
    return
  }
  const loads = isRepeated(results)
    ? [...Map.groupBy(results, levelOf).values()]
    : results.map((result) => [result])
  for (const runs of loads) {
    const result = runs.at(-1)!
    result.baseline = judgeBaseline(result, baseline, runs)
    screen.write(`\n${renderBaseline(result.baseline, columnsOf(screen))}\n`)
  }
}
