import { formatNumber } from '../report/format-number.ts'
import { formatChange } from '../compare/describe-change.ts'
import { renderFolded } from '../report/bordered-table.ts'
import { renderSparkline } from '../report/sparkline.ts'
import { wrap } from '../report/wrap.ts'
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
export const renderHistory = (history: HistorySeries[], width = 120): string =>
  history
    .map(({ title, entries }) => `${wrap(title, width, '', '')}\n${renderEntries(entries, width)}`)
    .join('\n\n')

const renderEntries = (entries: HistoryEntry[], width: number): string => {
  const metrics = historyMetrics.filter((metric) => entries.some(({ figures }) => figures[metric] !== null))
  const latest = entries.slice(-longestLine)
  const several = entries.length > 1
  const column = (head: string, cells: string[], below: string) => ({
    head,
    cells: several ? [...cells, below] : cells,
  })
  const text = (head: string, read: (entry: HistoryEntry) => string, below = '') =>
    ({ ...column(head, entries.map(read), below), align: 'left' as const }) // prettier-ignore
  const started = text(
    'Started (UTC)',
    (entry) => entry.started_at.slice(0, 16).replace('T', ' '),
    latest.length < entries.length ? `the last ${latest.length}` : '',
  )
  const figures = metrics.map((metric) => {
    const line = renderSparkline(latest.map((entry) => entry.figures[metric] ?? undefined))
    return [{ ...column(heads[metric], entries.map((entry) => renderFigure(entry, metric)), line), align: 'right' as const }] // prettier-ignore
  })
  const facts = [text('Version', renderVersion), text('Verdict', ({ verdict }) => verdict)]
  return renderFolded(started, [facts, ...figures], width)
}

const renderVersion = ({ sluice_version: version, metadata }: HistoryEntry): string =>
  [version, ...Object.entries(metadata ?? {}).map(([key, value]) => `${key}=${value}`.slice(0, 40))].join(
    '\n',
  )

const renderFigure = ({ figures, changes }: HistoryEntry, metric: HistoryMetric): string => {
  const [value, change] = [figures[metric], changes[metric]]
  if (value === null) return '-'
  const text = formatNumber(value, value < 10 ? 2 : 1)
  return change === null ? text : `${text}\n${formatChange(change)}`
}
