import { percentiles, samplesNeeded, type LatencySummary } from '../record/statistics.ts'
import type { BenchResult, Configuration, LatencyName } from '../result.ts'
import { renderBordered } from './bordered-table.ts'
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
  const formatted = rows.map(({ summary }) => formatRow(summary))
  const table = renderBordered([
    { head: 'ms', align: 'left', cells: rows.map(({ label }) => label) },
    ...columns.map((column, index) => ({
      head: column.replace('p', 'P'),
      align: 'right' as const,
      cells: formatted.map((row) => row[index]!),
    })),
  ])
  const uncertain = rows.some(({ summary }) => summary.uncertain.length > 0)
  return [
    table,
    renderConfidence(rows),
    latency.service_e2e !== null && wrap(noteSent(configuration), width, '', ''),
    uncertain && wrap(footnote, width, '', '  '),
  ]
    .filter((part) => typeof part === 'string')
    .join('\n')
}

/** Where the percentiles lie with 95 % confidence; an open end is one that too few samples can say. */
const renderConfidence = (rows: { label: string; summary: LatencySummary }[]): string =>
  renderBordered([
    { head: '95 % sure', align: 'left', cells: rows.map(({ label }) => label) },
    ...percentiles.map((percentile) => ({
      head: `P${percentile}`,
      align: 'right' as const,
      cells: rows.map(({ summary }) => formatInterval(summary, percentile)),
    })),
  ])

const formatInterval = (
  { max, confidence }: LatencySummary,
  percentile: (typeof percentiles)[number],
): string => {
  const digits = digitsFor(max)
  const bounds = confidence[`p${percentile}`]
  return bounds.map((value) => (value === null ? '?' : formatNumber(value, digits))).join('–')
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
const needs = percentiles
  .map((percentile, index) => `P${percentile} ${index === 0 ? 'needs ' : ''}${samplesNeeded(percentile)}`)
  .join(', ')
const footnote = `~ too few samples to vouch for it (${needs})`
