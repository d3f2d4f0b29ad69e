import type { LoggedEvent, LoggedExchange, LoggedRequest } from '../protocols/reports/types.ts'
import type { RequestRow } from '../stats/read-requests.ts'
import type { EventTable, RequestTable } from '../store/tables.ts'
import { toDollars } from './describe-usage.ts'

/** Rows of the ledger in the words of the wire. */
export const describeRequest = (row: RequestRow): LoggedRequest => ({
  id: row.id,
  request_id: row.request_id,
  at: new Date(row.at).toISOString(),
  endpoint: row.endpoint,
  key: row.key_id,
  user: row.owner_user,
  team: row.owner_team,
  tenant: row.owner_tenant,
  model: row.model,
  worker: row.worker,
  status: row.status,
  error: row.error,
  finish_reason: row.finish,
  streamed: row.streamed === 1,
  prompt_tokens: row.prompt_tokens,
  completion_tokens: row.completion_tokens,
  cached_tokens: row.cached_tokens,
  token_source: row.token_source,
  cost_usd: toDollars(row.cost_nano),
  queue_ms: row.queue_ms,
  ttft_ms: row.ttft_ms,
  total_ms: row.total_ms,
  flags: readJson<string[]>(row.flags, []),
})

export const describeExchange = (row: RequestTable): LoggedExchange => ({
  ...describeRequest(row),
  request_body: row.request_body,
  response_body: row.response_body,
})

export const describeEvent = ({ id, at, name, details }: EventTable): LoggedEvent => ({
  id,
  at: new Date(at).toISOString(),
  name,
  details: readJson<LoggedEvent['details']>(details, {}),
})

/** A cell that was cut short must not hide its row. */
function readJson<T>(text: string | null, otherwise: T): T {
  try {
    return text === null ? otherwise : (JSON.parse(text) as T)
  } catch {
    return otherwise
  }
}
