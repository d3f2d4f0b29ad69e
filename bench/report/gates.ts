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
]

const describeBaseline = ({ baseline }: BenchResult): Gate[] => {
  if (baseline === undefined) return []
  const { file, outcome, metrics, max_regression: allowed, differences } = baseline
  const name = `not slower than ${file} by more than ${formatNumber(allowed * 100, 1)} %`
  if (outcome === 'incomparable') {
    return [{ name, outcome: 'failed', detail: `the runs differ in ${differences.join(', ')}` }]
  }
  const changes = metrics.map(({ metric, estimate }) => `${metric} ${formatChange(estimate)}`).join(', ')
  const missing = Math.max(0, ...metrics.map((metric) => metric.missing ?? 0))
  const wanted = missing > 0 ? `; about ${formatNumber(missing, 0)} more requests in each run would tell` : ''
  const outcomes = { pass: 'passed', fail: 'failed', inconclusive: 'open' } as const
  return [{ name, outcome: outcomes[outcome], detail: `${changes || 'nothing in common'}${wanted}` }]
}

/** A share as a change: +3.2 %. */
export const formatChange = (share: number): string =>
  `${share > 0 ? '+' : ''}${formatNumber(share * 100, 1)} %`
