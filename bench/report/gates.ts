import { describeChange } from '../compare/describe-change.ts'
import { describeAnswers } from '../compare/describe-search-verdict.ts'
import type { BenchResult, Verdict } from '../result.ts'
import { formatNumber } from './format-number.ts'

/** One thing the run was asked to keep, and whether it did. `open` is no answer. */
export type Gate = { name: string; outcome: 'passed' | 'failed' | 'open'; detail: string }

/** A --fail-if condition in a line. */
export const describeGate = (verdict: Verdict, doubt = ''): string =>
  `${verdict.passed ? 'PASS' : 'FAIL'}  fail if ${verdict.expression}  (${describeMeasured(verdict)}${doubt})`

/** What a condition's metric came to, with its unit. */
export const describeMeasured = ({ metric, actual, runs }: Verdict): string => {
  if (actual === null) return 'not measured'
  const figure = withUnit(metric, actual)
  return runs === undefined ? `measured ${figure}` : `median of ${runs} runs ${figure}`
}

/** Three decimals: 500.004 must not read as the limit of 500 that it misses. */
const withUnit = (metric: string, value: number): string => {
  const rounded = (factor: number): string => formatThousandths(value * factor)
  if (metric.endsWith('_per_second')) return `${rounded(1)}/s`
  return shares.has(metric) ? `${rounded(100)} %` : `${rounded(1)} ms`
}

const shares = new Set(['error_rate', 'success_rate', 'goodput'])
const formatThousandths = (value: number): string => String(Math.round(value * 1000) / 1000)

/** The --fail-if conditions and the baseline, in the words of all reports. */
export const listGates = (result: BenchResult): Gate[] => [
  ...result.thresholds.map((verdict): Gate => ({
    name: `not ${verdict.expression}`,
    outcome: verdict.passed ? 'passed' : 'failed',
    detail: describeMeasured(verdict),
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
