import Table from 'cli-table3'
import { levelOf } from '../level.ts'
import { describeGate } from '../report/gates.ts'
import { formatNumber } from '../report/format-number.ts'
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
export const renderRepeats = (results: BenchResult[]): string =>
  describeRepeats(results)
    .map((load) => {
      const runs = results.filter((result) => levelOf(result) === load.load)
      return [`${titleOf(load)}\n${renderLoad(load)}`, ...runs.flatMap(doubtsOf), ...gatesOf(runs)].join('\n')
    })
    .join('\n\n')

/** Why a run is not to be believed as it is; one line each is all that is printed of it. */
const doubtsOf = ({ repeat, verdict, errors }: BenchResult): string[] => [
  ...verdict.reasons.map((reason) => `- run ${repeat?.run}: ${verdict.status}: ${reason}`),
  ...errors.map(({ count, kind, message }) => `- run ${repeat?.run}: ${count} failed, ${kind}: ${message}`),
]

const gatesOf = (runs: BenchResult[]): string[] =>
  runs.flatMap((result) => result.thresholds.map(describeGate))

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
  const table = new Table({
    head: repeatHead,
    colAligns: repeatHead.map((_, index) => (index === 0 ? ('left' as const) : ('right' as const))),
    style: { head: [], border: [], compact: true },
  })
  table.push(...rowsOf(load))
  return table.toString()
}
