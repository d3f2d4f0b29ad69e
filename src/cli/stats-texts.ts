import type { AllStats, Durations, NamedFigures, UsageFigures } from '../protocols/reports/types.ts'
import { stripControls } from './chat/safe-text.ts'
import { formatCount } from './format.ts'
import { formatMoney } from './format-money.ts'

type RenderTable = (head: string[], rows: string[][]) => string

const head = ['REQUESTS', 'ERRORS', 'IN', 'CACHED', 'OUT', 'COST', 'TTFT', 'LATENCY', 'QUEUE']

/** A table with a total line. Durations are P50/P95/P99. */
export function describeStats(stats: AllStats, renderTable: RenderTable): string {
  const rows = stats.groups.map((group) => [describeName(group, stats.by), ...describeFigures(group)])
  const total = ['total', ...describeFigures(stats.total)]
  const period = `${minute(stats.since)} to ${minute(stats.until)} UTC; TTFT, latency and queue time: p50/p95/p99`
  const omitted =
    stats.groups_omitted > 0 ? [`${stats.groups_omitted} more are counted in the total only`] : []
  return [
    renderTable([stats.by?.toUpperCase() ?? '', ...head], [...rows, total]),
    '',
    period,
    ...omitted,
  ].join('\n')
}

function describeName({ name, label }: NamedFigures, by: string | null): string {
  if (name === null) return '-'
  if (by === 'hour') return minute(name)
  return stripControls(label ? `${name} ${label}` : name)
}

const describeFigures = (figures: UsageFigures): string[] => [
  formatCount(figures.requests),
  describeErrors(figures),
  formatCount(figures.prompt_tokens),
  formatCount(figures.cached_tokens),
  formatCount(figures.completion_tokens),
  formatMoney(figures.cost_usd),
  formatPercentiles(figures.ttft_ms),
  formatPercentiles(figures.latency_ms),
  formatPercentiles(figures.queue_ms),
]

function describeErrors({ requests, errors }: UsageFigures): string {
  if (errors === 0 || requests === 0) return String(errors)
  const share = (errors / requests) * 100
  return `${formatCount(errors)} (${share < 0.1 ? '<0.1' : share.toFixed(share < 10 ? 1 : 0)}%)`
}

/** One unit for all three, that of the largest. */
function formatPercentiles(durations: Durations | null): string {
  if (durations === null) return '-'
  const [divisor, unit] = durations.p99 >= 1000 ? [1000, 's'] : [1, 'ms']
  const parts = [durations.p50, durations.p95, durations.p99].map((ms) => formatDigits(ms / divisor))
  return `${parts.join('/')} ${unit}`
}

const formatDigits = (value: number): string => value.toFixed(value >= 10 ? 0 : value >= 1 ? 1 : 2)

const minute = (time: string) => time.slice(0, 16).replace('T', ' ')
