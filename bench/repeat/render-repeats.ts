import { levelOf } from '../level.ts'
import { renderBordered } from '../report/bordered-table.ts'
import { describeGate } from '../report/gates.ts'
import { formatNumber } from '../report/format-number.ts'
import { wrap } from '../report/wrap.ts'
import type { BenchResult } from '../result.ts'
import { describeRepeats, type RepeatedLoad, type RepeatMetric, type RunSpread } from './describe-repeats.ts'

const labels: Record<RepeatMetric, string> = {
  requests_per_second: 'Requests/s', output_tokens_per_second: 'Output tokens/s', goodput: 'Goodput, %', ttft_mean: 'TTFT mean, ms',
  ttft_p50: 'TTFT P50, ms', ttft_p95: 'TTFT P95, ms', ttft_p99: 'TTFT P99, ms', tpot_mean: 'TPOT mean, ms',
  tpot_p50: 'TPOT P50, ms', tpot_p95: 'TPOT P95, ms', e2e_mean: 'E2E mean, ms', e2e_p50: 'E2E P50, ms', e2e_p95: 'E2E P95, ms',
  e2e_p99: 'E2E P99, ms', error_rate: 'Errors, %',
} // prettier-ignore

export const repeatHead = ['', 'median', 'min', 'max', 'between runs', 'mean, 95 % sure']

/** The median of the runs at each load, and how far they lie apart. */
export const renderRepeats = (results: BenchResult[], columns = 100): string =>
  describeRepeats(results)
    .map((load) => {
      const runs = results.filter((result) => levelOf(result) === load.load)
      return [`${titleOf(load)}\n${renderLoad(load)}`, ...gatesOf(runs), ...listDoubts(runs, columns)].join(
        '\n',
      )
    })
    .join('\n\n')

/** Why runs are not to be believed as they are; no more is printed of each. */
const listDoubts = (runs: BenchResult[], columns: number): string[] =>
  runs.flatMap(({ repeat, verdict, errors }) =>
    [
      ...verdict.reasons.map((reason) => `${verdict.status}: ${reason}`),
      ...errors.map(({ count, kind, message }) => `${count} failed, ${kind}: ${message}`),
    ].map((text) => wrap(text, columns, `- run ${repeat?.run}: `, '  ')),
  )

const gatesOf = (runs: BenchResult[]): string[] =>
  runs.flatMap((result) => result.thresholds.map((verdict) => describeGate(verdict)))

export const titleOf = ({ load, runs }: RepeatedLoad): string => `${load}, ${runs} runs`

/** A line for each figure, in the columns of `repeatHead`. */
export const rowsOf = ({ metrics }: RepeatedLoad): string[][] =>
  Object.entries(metrics).map(([name, spread]) => rowOf(name as RepeatMetric, spread))

const rowOf = (name: RepeatMetric, { median, min, max, cv, confidence }: RunSpread): string[] => {
  const factor = name === 'goodput' || name === 'error_rate' ? 100 : 1
  const figure = (value: number): string => formatNumber(value * factor, max * factor < 100 ? 2 : 1)
  return [
    labels[name],
    figure(median),
    figure(min),
    figure(max),
    `± ${formatNumber(cv * 100, 1)} %`,
    confidence === null ? '?' : confidence.map(figure).join('–'),
  ]
}

const renderLoad = (load: RepeatedLoad): string => {
  const rows = rowsOf(load)
  return renderBordered(
    repeatHead.map((head, index) => ({
      head,
      align: index === 0 ? 'left' : 'right',
      cells: rows.map((row) => row[index] ?? ''),
    })),
  )
}
