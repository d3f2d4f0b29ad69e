import { renderBaseline } from '../compare/render-comparison.ts'
import { isRepeated } from '../repeat/describe-repeats.ts'
import { renderRepeats } from '../repeat/render-repeats.ts'
import type { BenchResult } from '../result.ts'
import { renderAnswer } from '../sweep/render-answer.ts'
import { renderReport } from './report.ts'
import { renderSweep } from './sweep-table.ts'

/** What `sluice bench` prints in all: each run, the table of a sweep, and the baseline. */
export const renderRuns = (results: BenchResult[], columns: number): string =>
  [
    ...results.map((result) => renderReport(result, columns)),
    ...(results.length <= 1
      ? []
      : isRepeated(results)
        ? [renderRepeats(results, columns)]
        : [renderSweep(results, columns), renderAnswer(results).join('\n')]),
    ...results.flatMap(({ baseline }) => (baseline === undefined ? [] : [renderBaseline(baseline, columns)])),
  ].join('\n\n')
