import Table from 'cli-table3'
import type { LatencySummary } from '../record/statistics.ts'
import { arrivalUnit, inOrderOfLoad, loadOf } from '../level.ts'
import type { BenchResult } from '../result.ts'
import { formatNumber, formatShare } from './format-number.ts'

type Column = { head: string; read: (result: BenchResult) => string }

/** A line for each level of a sweep: what more load brings and what it costs; below it, TTFT and TPOT by load. */
export const renderSweep = (measured: BenchResult[]): string => {
  const results = inOrderOfLoad(measured)
  const streamed = results.some(({ latency }) => latency.ttft !== null)
  const tables = [
    renderTable(results, loadColumns(results)),
    streamed && renderTable(results, tokenColumns(results)),
  ]
  return `${tables.filter((table) => table !== false).join('\n')}\nlatencies in ms`
}

const renderTable = (results: BenchResult[], columns: Column[]): string => {
  const table = new Table({
    head: columns.map(({ head }) => head),
    colAligns: columns.map(() => 'right' as const),
    style: { head: [], border: [], compact: true },
  })
  table.push(...results.map((result) => columns.map(({ read }) => read(result))))
  return table.toString()
}

const loadColumn = (results: BenchResult[]): Column => ({
  head:
    results[0]?.configuration.arrivals == null
      ? 'Concurrency'
      : `${arrivalUnit(results[0].configuration).replace(/^./, (first) => first.toUpperCase())} asked`,
  read: (result) => String(loadOf(result)),
})

const loadColumns = (results: BenchResult[]): Column[] => [
  loadColumn(results),
  { head: 'Requests/s', read: ({ throughput }) => formatNumber(throughput.requests_per_second, 2) },
  { head: 'Output\ntokens/s', read: ({ throughput }) => figure(throughput.output_tokens_per_second) },
  ...latencyColumns('e2e', 'E2E', ['min', 'mean', 'p50', 'p95', 'p99', 'max']),
  { head: 'Errors', read: ({ error_rate: rate }) => (rate === null ? '-' : formatShare(rate)) },
  { head: 'Verdict', read: ({ verdict }) => verdict.status },
  ...(results.some(({ goodput }) => goodput !== null)
    ? [{ head: 'Goodput/s', read: ({ goodput }: BenchResult) => figure(goodput?.requests_per_second, 2) }]
    : []),
]

const tokenColumns = (results: BenchResult[]): Column[] => [
  loadColumn(results),
  ...latencyColumns('ttft', 'TTFT', ['min', 'mean', 'p50', 'p95', 'p99', 'max']),
  ...latencyColumns('tpot', 'TPOT', ['mean', 'p50', 'p95'], 2),
]

const latencyColumns = (
  name: 'ttft' | 'tpot' | 'e2e',
  label: string,
  statistics: (keyof LatencySummary & ('min' | 'mean' | 'p50' | 'p95' | 'p99' | 'max'))[],
  digits = 1,
): Column[] =>
  statistics.map((statistic) => ({
    head: `${label}\n${statistic.replace('p', 'P')}`,
    read: ({ latency }) => figure(latency[name]?.[statistic], digits),
  }))

const figure = (value: number | null | undefined, digits = 1): string =>
  value === null || value === undefined ? '-' : formatNumber(value, digits)
