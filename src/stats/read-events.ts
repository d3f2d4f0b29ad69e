import type { Kysely } from 'kysely'
import type { EventTable, Tables } from '../store/tables.ts'
import type { Place } from './place.ts'

export type EventsQuery = {
  /** Milliseconds. */
  since?: number | undefined
  until?: number | undefined
  name?: string | undefined
  limit: number
  after?: Place | undefined
}

/** Newest first. */
export function readEvents(db: Kysely<Tables>, query: EventsQuery): Promise<EventTable[]> {
  const { since, until, name, limit, after } = query
  let select = db.selectFrom('events').selectAll().orderBy('at', 'desc').orderBy('id', 'desc')
  if (since !== undefined) select = select.where('at', '>=', since)
  if (until !== undefined) select = select.where('at', '<', until)
  if (name !== undefined) select = select.where('name', '=', name)
  if (after !== undefined) {
    select = select
      .where('at', '<=', after.at)
      .where((is) => is.or([is('at', '<', after.at), is('id', '<', after.id)]))
  }
  return select.limit(limit).execute()
}
