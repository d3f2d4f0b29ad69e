import Table from 'cli-table3'
import { formatNumber } from '../report/format-number.ts'
import { formatChange } from '../compare/describe-change.ts'
import { renderSparkline } from '../report/sparkline.ts'
import { historyMetrics, type HistoryEntry, type HistoryMetric, type HistorySeries } from './trace-history.ts'

const heads: Record<HistoryMetric, string> = {
  requests_per_second: 'Requests/s',
  output_tokens_per_second: 'Tokens/s',
  ttft_p50: 'TTFT P50',
  ttft_p99: 'TTFT P99',
  tpot_p50: 'TPOT P50',
  e2e_p50: 'E2E P50',
  e2e_p95: 'E2E P95',
}

/** Older ones are in the JSON; a line of blocks as long as the table is wide would wrap. */
const longestLine = 12

/** A table for each kind of run, the newest below, and each figure's way as a line of blocks. */
export const renderHistory = (history: HistorySeries[]): string =>
  history.map(({ title, entries }) => `${title}\n${renderEntries(entries)}`).join('\n\n')

const renderEntries = (entries: HistoryEntry[]): string => {
  const metrics = historyMetrics.filter((metric) => entries.some(({ figures }) => figures[metric] !== null))
  const table = new Table({
    head: ['Started (UTC)', 'Version', 'Verdict', ...metrics.map((metric) => heads[metric])],
    colAligns: ['left', 'left', 'left', ...metrics.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  })
  table.push(
    ...entries.map((entry) => [
      entry.started_at.slice(0, 16).replace('T', ' '),
      [
        entry.sluice_version,
        ...Object.entries(entry.metadata ?? {}).map(([key, value]) => `${key}=${value}`.slice(0, 40)),
      ].join('\n'),
      entry.verdict,
      ...metrics.map((metric) => renderFigure(entry, metric)),
    ]),
  )
  const latest = entries.slice(-longestLine)
  if (entries.length > 1) {
    table.push([
      latest.length < entries.length ? `the last ${latest.length}` : '', '', '',
      ...metrics.map((metric) => renderSparkline(latest.map(({ figures }) => figures[metric] ?? undefined))),
    ]) // prettier-ignore
  }
  return table.toString()
}

const renderFigure = ({ figures, changes }: HistoryEntry, metric: HistoryMetric): string => {
  const [value, change] = [figures[metric], changes[metric]]
  if (value === null) return '-'
  const text = formatNumber(value, value < 10 ? 2 : 1)
  return change === null ? text : `${text}\n${formatChange(change)}`
}
