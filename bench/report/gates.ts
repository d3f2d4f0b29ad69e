import { describeChange } from '../compare/describe-change.ts'
import { describeAnswers } from '../compare/describe-search-verdict.ts'
import type { BenchResult, Verdict } from '../result.ts'
import { formatNumber } from './format-number.ts'

/** One thing the run was asked to keep, and whether it did. `open` is no answer. */
export type Gate = { name: string; outcome: 'passed' | 'failed' | 'open'; detail: string }

/** A --fail-if condition in a line. */
export const describeGate = ({ expression, actual, passed, runs }: Verdict): string =>
  `${passed ? 'PASS' : 'FAIL'}  fail if ${expression}  (${measured(actual, runs)})`

const measured = (actual: number | null, runs: number | undefined): string => {
  if (actual === null) return 'not measured'
  const figure = Math.round(actual * 1000) / 1000
  return runs === undefined ? `measured ${figure}` : `median of ${runs} runs ${figure}`
}

/** The --fail-if conditions and the baseline, in the words of all reports. */
export const listGates = (result: BenchResult): Gate[] => [
  ...result.thresholds.map(({ expression, actual, passed, runs }): Gate => ({
    name: `not ${expression}`,
    outcome: passed ? 'passed' : 'failed',
    detail: measured(actual, runs),
  })),
  ...describeBaseline(result),
  ...describeSearch(result),
]

const describeBaseline = ({ baseline }: BenchResult): Gate[] => {
  if (baseline === undefined) return []
  const { file, outcome, metrics, max_regression: allowed, differences } = baseline
  const name = `not slower than ${file} by more than ${formatNumber(allowed * 100, 1)} %`
  if (outcome === 'incomparable') {
    return [{ name, outcome: 'failed', detail: `the runs differ in ${differences.join(', ')}` }]
  }
  const changes = metrics.map((metric) => `${metric.metric} ${describeChange(metric).change}`).join(', ')
  const missing = Math.max(0, ...metrics.map((metric) => metric.missing ?? 0))
  const wanted = missing > 0 ? `; about ${formatNumber(missing, 0)} more requests in each run would tell` : ''
  return [{ name, outcome: outcomes[outcome], detail: `${changes || 'nothing in common'}${wanted}` }]
}

const outcomes = { pass: 'passed', fail: 'failed', inconclusive: 'open', incomparable: 'failed' } as const

const describeSearch = ({ search_baseline: verdict }: BenchResult): Gate[] => {
  if (verdict === undefined) return []
  const { file, outcome, differences, max_regression: allowed } = verdict
  const detail =
    outcome === 'incomparable' ? `the two differ in ${differences.join(', ')}` : describeAnswers(verdict)
  const name = `highest load not lower than in ${file} by more than ${formatNumber(allowed * 100, 1)} %`
  return [{ name, outcome: outcomes[outcome], detail }]
}
