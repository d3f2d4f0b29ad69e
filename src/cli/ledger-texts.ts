import { stripControls } from './chat/safe-text.ts'
import { formatCount, formatDuration } from './format.ts'
import { formatMoney } from './format-money.ts'

type Request = {
  id: string
  at: string
  key: string
  model: string | null
  status: number
  error: string | null
  finish_reason: string | null
  prompt_tokens: number
  completion_tokens: number
  cost_usd: number
  queue_ms: number | null
  ttft_ms: number | null
  total_ms: number
}
type Event = { at: string; name: string; details: Record<string, unknown> }

const columns: [head: string, width: number, cell: (request: Request) => string][] = [
  ['TIME', 19, ({ at }) => second(at)],
  ['STATUS', 6, ({ status }) => String(status)],
  ['KEY', 12, ({ key }) => key],
  ['MODEL', 16, ({ model }) => model ?? '-'],
  ['IN', 6, (request) => formatCount(request.prompt_tokens)],
  ['OUT', 6, (request) => formatCount(request.completion_tokens)],
  ['COST', 10, ({ cost_usd }) => formatMoney(cost_usd)],
  ['QUEUE', 8, ({ queue_ms }) => formatOr(queue_ms)],
  ['TTFT', 8, ({ ttft_ms }) => formatOr(ttft_ms)],
  ['TOTAL', 8, ({ total_ms }) => formatDuration(total_ms)],
  ['RESULT', 18, ({ error, finish_reason }) => error ?? finish_reason ?? '-'],
  ['ID', 0, ({ id }) => id],
]

/** Lines of fixed columns, because more may follow. Times are UTC. */
export const requestsHead = joinCells(columns.map(([head, width]) => head.padEnd(width)))
export const describeRequest = (request: Request): string =>
  joinCells(columns.map(([, width, cell]) => stripControls(cell(request)).padEnd(width)))

export function describeEvent({ at, name, details }: Event): string {
  const facts = Object.entries(details).map(([key, value]) => `${key}=${toText(value)}`)
  return stripControls([second(at), name.padEnd(20), ...facts].join('  ').trimEnd())
}

function joinCells(cells: string[]): string {
  return cells.join('  ').trimEnd()
}
const second = (time: string): string => time.slice(0, 19).replace('T', ' ')
const formatOr = (ms: number | null): string => (ms === null ? '-' : formatDuration(ms))
const toText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

/** `label  value` lines; what is not known is left out. */
export const describeExchange = (exchange: object): string =>
  Object.entries(exchange)
    .filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0))
    .map(([label, value]) => `${label.padEnd(20)}${stripControls(toText(value))}`)
    .join('\n')
