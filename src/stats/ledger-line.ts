import type { EventTable, Tables } from '../store/tables.ts'

export type LedgerRow = Tables['requests']
export type LedgerEvent = EventTable
/** What one line of the journal holds. */
export type LedgerEntry = { kind: 'request'; row: LedgerRow } | { kind: 'event'; event: LedgerEvent }

export const encodeRequestLine = (row: LedgerRow): string => `{"request":${JSON.stringify(row)}}\n`
export const encodeEventLine = (event: LedgerEvent): string => `{"event":${JSON.stringify(event)}}\n`

const longestText = 1024
const longestBody = 256 * 1024

/**
 * Reads a line back. Nothing in it can make the database refuse a row: texts are cut and hold no NUL, numbers are
 * whole where the column is. Undefined: the line is damaged, or from a program that knows more.
 */
export function decodeLine(line: string): LedgerEntry | undefined {
  try {
    const { request, event } = JSON.parse(line) as { request?: Fields; event?: Fields }
    if (request) return { kind: 'request', row: decodeRow(request) }
    if (event) return { kind: 'event', event: decodeEvent(event) }
  } catch {
    // Not JSON, or not one of ours.
  }
  return undefined
}

type Fields = Record<string, unknown>

const decodeRow = (fields: Fields): LedgerRow => ({
  id: needText(fields['id']),
  request_id: text(fields['request_id']) ?? '',
  at: needCount(fields['at']),
  endpoint: needText(fields['endpoint']),
  model: text(fields['model']),
  worker: text(fields['worker']),
  key_id: text(fields['key_id']) ?? '',
  owner_user: text(fields['owner_user']),
  owner_team: text(fields['owner_team']),
  owner_tenant: text(fields['owner_tenant']),
  status: needCount(fields['status']),
  error: text(fields['error']),
  finish: text(fields['finish']),
  streamed: fields['streamed'] === 1 ? 1 : 0,
  prompt_tokens: count(fields['prompt_tokens']),
  completion_tokens: count(fields['completion_tokens']),
  cached_tokens: count(fields['cached_tokens']),
  token_source: text(fields['token_source']),
  cost_nano: count(fields['cost_nano']),
  queue_ms: time(fields['queue_ms']),
  ttft_ms: time(fields['ttft_ms']),
  total_ms: time(fields['total_ms']) ?? 0,
  flags: text(fields['flags'], longestBody),
  request_body: text(fields['request_body'], longestBody),
  response_body: text(fields['response_body'], longestBody),
})

const decodeEvent = (fields: Fields): LedgerEvent => ({
  id: needText(fields['id']),
  at: needCount(fields['at']),
  name: needText(fields['name']),
  details: text(fields['details'], longestBody) ?? '{}',
})

/** PostgreSQL refuses NUL and half surrogate pairs in texts. */
const text = (value: unknown, longest = longestText): string | null =>
  typeof value === 'string' ? value.slice(0, longest).replaceAll('\0', '').toWellFormed() : null

function needText(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new TypeError('a text is missing')
  return text(value)!
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const count = (value: unknown): number => (isCount(value) ? value : 0)
const time = (value: unknown): number | null =>
  typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : null

function needCount(value: unknown): number {
  if (!isCount(value)) throw new TypeError('a number is missing')
  return value
}
