import type { Kysely } from 'kysely'
import type { EventTable, RequestTable, Tables } from '../store/tables.ts'
import { readEvents, type EventsQuery } from './read-events.ts'
import { readRequest, readRequests, type RequestRow, type RequestsQuery } from './read-requests.ts'
import { readUsage } from './read-usage.ts'
import type { UsageQuery, UsageReport } from './usage.ts'

/** What can be asked of the past. */
export type Reports = {
  usage: { query: UsageQuery; answer: UsageReport }
  requests: { query: RequestsQuery; answer: RequestRow[] }
  request: { query: { id: string; key?: string | undefined }; answer: RequestTable | undefined }
  events: { query: EventsQuery; answer: EventTable[] }
}
export type ReportName = keyof Reports

export const readers: {
  [Name in ReportName]: (
    db: Kysely<Tables>,
    query: Reports[Name]['query'],
  ) => Promise<Reports[Name]['answer']>
} = { usage: readUsage, requests: readRequests, request: readRequest, events: readEvents }
