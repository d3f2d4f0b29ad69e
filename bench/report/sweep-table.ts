import Table from 'cli-table3'
import type { BenchResult } from '../result.ts'
import { formatNumber, formatShare } from './format-number.ts'

/** One line for each level of a sweep: what more load brings, and what it costs. */
export const renderSweep = (results: BenchResult[]): string => {
  const withGoodput = results.some(({ goodput }) => goodput !== null)
  const rate = results[0]?.configuration.arrivals != null
  const head = [
    rate ? 'Requests/s asked' : 'Concurrency',
    'Requests/s',
    'Output\ntokens/s',
    'TTFT\nP50',
    'TTFT\nP99',
    'TPOT\nP50',
    'E2E\nP50',
    'E2E\nP99',
    'Errors',
    'Verdict',
    ...(withGoodput ? ['Goodput/s'] : []),
  ]
  const table = new Table({
    head,
    colAligns: head.map(() => 'right' as const),
    style: { head: [], border: [], compact: true },
  })
  table.push(
    ...results.map((result) => [...describeLevel(result), ...(withGoodput ? [goodputOf(result)] : [])]),
  )
  return `${table.toString()}\nlatencies in ms`
}

const describeLevel = (result: BenchResult): string[] => {
  const { configuration, throughput, latency, error_rate: errorRate } = result
  return [
    String(configuration.arrivals?.rate ?? configuration.concurrency),
    formatNumber(throughput.requests_per_second, 2),
    figure(throughput.output_tokens_per_second),
    figure(latency.ttft?.p50),
    figure(latency.ttft?.p99),
    figure(latency.tpot?.p50, 2),
    figure(latency.e2e?.p50),
    figure(latency.e2e?.p99),
    errorRate === null ? '-' : formatShare(errorRate),
    result.verdict.status,
  ]
}

const goodputOf = ({ goodput }: BenchResult): string => figure(goodput?.requests_per_second, 2)

const figure = (value: number | null | undefined, digits = 1): string =>
  value === null || value === undefined ? '-' : formatNumber(value, digits)
