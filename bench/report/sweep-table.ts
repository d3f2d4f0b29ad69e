import { arrivalUnit, inOrderOfLoad, loadOf } from '../level.ts'
import type { BenchResult } from '../result.ts'
import { renderFolded, type TableColumn } from './bordered-table.ts'
import { formatNumber, formatShare } from './format-number.ts'

const tails = ['min', 'mean', 'p50', 'p95', 'p99', 'max'] as const

type Column = { head: string; read: (result: BenchResult) => string }

/** A line for each level of a sweep: what more load brings and what it costs; TTFT and TPOT by load. */
export const renderSweep = (measured: BenchResult[], width = 120): string => {
  const results = inOrderOfLoad(measured)
  const streamed = results.some(({ latency }) => latency.ttft !== null)
  const tables = [
    [rateColumns(results), latencyColumns('e2e', 'E2E', tails)],
    ...(streamed ? [tokenColumns] : []),
  ]
  const fill = ({ head, read }: Column): TableColumn => ({ head, align: 'right', cells: results.map(read) })
  const rendered = tables.map((groups) =>
    renderFolded(
      fill(loadColumn(results)),
      groups.map((group) => group.map(fill)),
      width,
    ),
  )
  return `${rendered.join('\n')}\nlatencies in ms`
}

const loadColumn = (results: BenchResult[]): Column => ({
  head:
    results[0]?.configuration.arrivals == null
      ? 'Concurrency'
      : `${arrivalUnit(results[0].configuration).replace(/^./, (first) => first.toUpperCase())} asked`,
  read: (result) => String(loadOf(result)),
})

const rateColumns = (results: BenchResult[]): Column[] => [
  { head: 'Requests/s', read: ({ throughput }) => formatNumber(throughput.requests_per_second, 2) },
  { head: 'Output\ntokens/s', read: ({ throughput }) => figure(throughput.output_tokens_per_second) },
  ...(results.some(({ goodput }) => goodput !== null)
    ? [{ head: 'Goodput/s', read: ({ goodput }: BenchResult) => figure(goodput?.requests_per_second, 2) }]
    : []),
  { head: 'Errors', read: ({ error_rate: rate }) => (rate === null ? '-' : formatShare(rate)) },
  { head: 'Verdict', read: ({ verdict }) => verdict.status },
]

const latencyColumns = (
  name: 'ttft' | 'tpot' | 'e2e',
  label: string,
  statistics: readonly (typeof tails)[number][],
  digits = 1,
): Column[] =>
  statistics.map((statistic) => ({
    head: `${label}\n${statistic.replace('p', 'P')}`,
    read: ({ latency }) => figure(latency[name]?.[statistic], digits),
  }))

const tokenColumns = [
  latencyColumns('ttft', 'TTFT', tails),
  latencyColumns('tpot', 'TPOT', ['mean', 'p50', 'p95'], 2),
]

const figure = (value: number | null | undefined, digits = 1): string =>
  value === null || value === undefined ? '-' : formatNumber(value, digits)
