import type { BenchResult } from '../result.ts'
import { compareSearch } from './compare-search.ts'
import { renderSearchVerdict } from './describe-search-verdict.ts'
import { judgeBaseline, type Baseline } from './judge-baseline.ts'
import { renderBaseline } from './render-comparison.ts'

/** Writes the outcome into the results, so that every report has it, and shows it. */
export const compareWithBaseline = (
  results: BenchResult[],
  baseline: Baseline,
  screen: { write(text: string): unknown },
): void => {
  if (results[0]?.sweep !== undefined) {
    const { search_baseline: verdict, baseline: latency } = compareSearch(results, baseline)
    if (latency !== undefined) screen.write(`\n${renderBaseline(latency)}\n`)
    screen.write(`\n${renderSearchVerdict(verdict!).join('\n')}\n`)
    return
  }
  for (const result of results) {
    result.baseline = judgeBaseline(result, baseline)
    screen.write(`\n${renderBaseline(result.baseline)}\n`)
  }
}
