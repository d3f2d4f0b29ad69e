import Table from 'cli-table3'
import { percentiles, samplesNeeded, type LatencySummary } from '../record/statistics.ts'
import type { BenchResult, Configuration, LatencyName } from '../result.ts'
import { formatNumber } from './format-number.ts'
import { latencyLabels } from './latency-labels.ts'
import { wrap } from './wrap.ts'

const columns = ['min', 'mean', 'p50', 'p90', 'p95', 'p99', 'max'] as const

/** Rows that were measured, in milliseconds; '' when none was. Gaps between chunks stand in where there is no ITL. */
export const renderLatencyTable = ({ latency, configuration }: BenchResult, width = 100): string => {
  const names: LatencyName[] = [
    'ttft',
    'tpot',
    latency.itl === null ? 'chunk_gap' : 'itl',
    'e2e',
    'service_ttft',
    'service_e2e',
  ]
  const rows = names.flatMap((name) => {
    const summary = latency[name]
    return summary === null ? [] : [{ label: latencyLabels[name], summary }]
  })
  if (rows.length === 0) return ''
  const table = new Table({
    head: ['ms', ...columns.map((column) => column.replace('p', 'P'))],
    colAligns: ['left', ...columns.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  })
  table.push(...rows.map(({ label, summary }) => [label, ...formatRow(summary)]))
  const uncertain = rows.some(({ summary }) => summary.uncertain.length > 0)
  return [
    table.toString(),
    renderConfidence(rows),
    latency.service_e2e !== null && wrap(noteSent(configuration), width, '', ''),
    uncertain && footnote,
  ]
    .filter((part) => typeof part === 'string')
    .join('\n')
}

/** Where the percentiles lie with 95 % confidence; an open end is one that too few samples can say. */
const renderConfidence = (rows: { label: string; summary: LatencySummary }[]): string => {
  const table = new Table({
    head: ['95 % sure', ...percentiles.map((percentile) => `P${percentile}`)],
    colAligns: ['left', ...percentiles.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  })
  table.push(
    ...rows.map(({ label, summary }) => {
      const digits = digitsFor(summary.max)
      const bound = (value: number | null): string => (value === null ? '?' : formatNumber(value, digits))
      return [
        label,
        ...percentiles.map((percentile) => summary.confidence[`p${percentile}`].map(bound).join('–')),
      ]
    }),
  )
  return table.toString()
}

const formatRow = (summary: LatencySummary): string[] => {
  const digits = digitsFor(summary.max)
  const uncertain = new Set<string>(summary.uncertain)
  return columns.map(
    (column) => `${uncertain.has(column) ? '~' : ''}${formatNumber(summary[column], digits)}`,
  )
}

/** About four digits at the row's upper end; the same number of decimals in all of a row. */
const digitsFor = (largest: number): number => {
  if (largest < 10) return 3
  if (largest < 100) return 2
  return largest < 10_000 ? 1 : 0
}

const noteSent = ({ session }: Configuration): string =>
  `TTFT and E2E count from the scheduled start${session === undefined ? '' : ' of a session, then from the end of the think time'}, those marked sent from the dispatch`
const needs = percentiles.map((percentile) => `P${percentile} ${samplesNeeded(percentile)}`).join(', ')
const footnote = `~ too few samples to vouch for this percentile (needed: ${needs})`
