import type { EventTable, Tables } from '../store/tables.ts'
import { needCount, needText, readCount, readText, readTime } from './line-values.ts'

export type LedgerRow = Tables['requests']
export type LedgerEvent = EventTable
/** What one line of the journal holds. */
export type LedgerEntry = { kind: 'request'; row: LedgerRow } | { kind: 'event'; event: LedgerEvent }

/**
 * The order of a line's values. A line is `["request", id, request_id, ...]`: as an object with its names it took twice
 * the time to write and to read. A further column goes to the end, where an older line has nothing.
 */
export const requestColumns = [
  'id',
  'request_id',
  'at',
  'endpoint',
  'model',
  'worker',
  'key_id',
  'owner_user',
  'owner_team',
  'owner_tenant',
  'status',
  'error',
  'finish',
  'streamed',
  'prompt_tokens',
  'completion_tokens',
  'cached_tokens',
  'token_source',
  'cost_nano',
  'queue_ms',
  'ttft_ms',
  'total_ms',
  'flags',
  'request_body',
  'response_body',
] as const satisfies (keyof LedgerRow)[]

export const encodeRequestLine = (id: string, row: Omit<LedgerRow, 'id'>): string =>
  `${JSON.stringify([
    'request',
    id,
    row.request_id,
    row.at,
    row.endpoint,
    row.model,
    row.worker,
    row.key_id,
    row.owner_user,
    row.owner_team,
    row.owner_tenant,
    row.status,
    row.error,
    row.finish,
    row.streamed,
    row.prompt_tokens,
    row.completion_tokens,
    row.cached_tokens,
    row.token_source,
    row.cost_nano,
    row.queue_ms,
    row.ttft_ms,
    row.total_ms,
    row.flags,
    row.request_body,
    row.response_body,
  ])}\n`
export const encodeEventLine = (event: LedgerEvent): string => `{"event":${JSON.stringify(event)}}\n`

const longestBody = 256 * 1024

/**
 * Reads a line back. Nothing in it can make the database refuse a row: texts are cut and hold no NUL, numbers are
 * whole where the column is. Undefined: the line is damaged, or from a program that knows more.
 */
export function decodeLine(line: string): LedgerEntry | undefined {
  try {
    const parsed = JSON.parse(line) as unknown[] | { request?: Fields; event?: Fields }
    if (Array.isArray(parsed))
      return parsed[0] === 'request' ? { kind: 'request', row: decodeRow(parsed) } : undefined
    const { request, event } = parsed
    // As the journal of an earlier version has it.
    if (request)
      return { kind: 'request', row: decodeRow(['request', ...requestColumns.map((name) => request[name])]) }
    if (event) return { kind: 'event', event: decodeEvent(event) }
  } catch {
    // Not JSON, or not one of ours.
  }
  return undefined
}

type Fields = Record<string, unknown>

const decodeRow = (values: unknown[]): LedgerRow => ({
  id: needText(values[1]),
  request_id: readText(values[2]) ?? '',
  at: needCount(values[3]),
  endpoint: needText(values[4]),
  model: readText(values[5]),
  worker: readText(values[6]),
  key_id: readText(values[7]) ?? '',
  owner_user: readText(values[8]),
  owner_team: readText(values[9]),
  owner_tenant: readText(values[10]),
  status: needCount(values[11]),
  error: readText(values[12]),
  finish: readText(values[13]),
  streamed: values[14] === 1 ? 1 : 0,
  prompt_tokens: readCount(values[15]),
  completion_tokens: readCount(values[16]),
  cached_tokens: readCount(values[17]),
  token_source: readText(values[18]),
  cost_nano: readCount(values[19]),
  queue_ms: readTime(values[20]),
  ttft_ms: readTime(values[21]),
  total_ms: readTime(values[22]) ?? 0,
  flags: readText(values[23], longestBody),
  request_body: readText(values[24], longestBody),
  response_body: readText(values[25], longestBody),
})

const decodeEvent = (fields: Fields): LedgerEvent => ({
  id: needText(fields['id']),
  at: needCount(fields['at']),
  name: needText(fields['name']),
  details: readText(fields['details'], longestBody) ?? '{}',
})
