import { sql, type Kysely } from 'kysely'
import type { RequestTable, Tables } from '../store/tables.ts'
import type { Place } from './place.ts'

export type RequestsQuery = {
  /** Milliseconds: when it came. */
  since?: number | undefined
  until?: number | undefined
  /** Milliseconds: when it was over, at the earliest. */
  endedSince?: number | undefined
  model?: string | undefined
  /** Lowest and highest. */
  status?: [number, number] | undefined
  key?: string | undefined
  limit: number
  after?: Place | undefined
}

/** Bodies may be large: they are shown one request at a time. */
export type RequestRow = Omit<RequestTable, 'request_body' | 'response_body'>

/** Rows have no index by their end: of longer requests than this, the end is not seen. */
export const longestRequestMs = 3_600_000

const columns = [
  'id', 'request_id', 'at', 'endpoint', 'model', 'worker', 'key_id', 'owner_user', 'owner_team', 'owner_tenant',
  'status', 'error', 'finish', 'streamed', 'prompt_tokens', 'completion_tokens', 'cached_tokens', 'token_source',
  'cost_nano', 'queue_ms', 'ttft_ms', 'total_ms', 'flags',
] as const // prettier-ignore

/** Newest first. */
export function readRequests(db: Kysely<Tables>, query: RequestsQuery): Promise<RequestRow[]> {
  const { since, until, endedSince, model, status, key, limit, after } = query
  let select = db.selectFrom('requests').select(columns).orderBy('at', 'desc').orderBy('id', 'desc')
  if (since !== undefined) select = select.where('at', '>=', since)
  if (until !== undefined) select = select.where('at', '<', until)
  if (endedSince !== undefined) {
    select = select
      .where('at', '>=', endedSince - longestRequestMs)
      .where(sql<boolean>`at + total_ms >= ${endedSince}`)
  }
  if (model !== undefined) select = select.where('model', '=', model)
  if (status !== undefined) select = select.where('status', '>=', status[0]).where('status', '<=', status[1])
  if (key !== undefined) select = select.where('key_id', '=', key)
  if (after !== undefined) {
    select = select
      .where('at', '<=', after.at)
      .where((is) => is.or([is('at', '<', after.at), is('id', '<', after.id)]))
  }
  return select.limit(limit).execute()
}

/** One request with its bodies, by our own id or the `x-request-id` that its client knows; of `key` only, when given. */
export async function readRequest(
  db: Kysely<Tables>,
  { id, key }: { id: string; key?: string | undefined },
): Promise<RequestTable | undefined> {
  const all = db.selectFrom('requests').selectAll()
  const select = key === undefined ? all : all.where('key_id', '=', key)
  const found = await select.where('id', '=', id).executeTakeFirst()
  // Clients may use theirs again: the newest is meant. Without an index, but a look-up by hand is rare.
  return found ?? select.where('request_id', '=', id).orderBy('at', 'desc').limit(1).executeTakeFirst()
}
