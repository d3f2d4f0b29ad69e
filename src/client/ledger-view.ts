import type { LoggedEvent, LoggedRequest } from '../protocols/reports/types.ts'
import type { DaemonClient } from './daemon-client.ts'
import { followRows } from './follow-rows.ts'

export type LedgerFilters = {
  limit?: number | undefined
  since?: string | undefined
  until?: string | undefined
  model?: string | undefined
  status?: string | undefined
  key?: string | undefined
  name?: string | undefined
}
type Page<Row> = { answer: object; rows: Row[]; next: string | null }

export type LedgerView<Row> = {
  /** The daemon's answer, and its rows, newest first. */
  page(): Promise<Page<Row>>
  /** What has come since the last call, oldest first; the first call only looks. */
  next(signal: AbortSignal): Promise<Row[]>
}

const mostPages = 20
const pageRows = 1000

export function viewRequests({ reports }: DaemonClient, filters: LedgerFilters): LedgerView<LoggedRequest> {
  const { since: _since, limit: _limit, ...only } = filters
  const read = async (query: object, signal?: AbortSignal): Promise<Page<LoggedRequest>> => {
    const answer = await reports.requests({ ...query }, signal)
    return { answer, rows: answer.requests, next: answer.next }
  }
  // By their end: a long request is written when it is over.
  const { next } = followRows(
    (ended_since, signal) => readAll((page) => read({ ...only, ...page, ended_since }, signal)),
    ({ at, total_ms }) => Date.parse(at) + total_ms,
  )
  return { page: () => read(filters), next }
}

export function viewEvents({ reports }: DaemonClient, filters: LedgerFilters): LedgerView<LoggedEvent> {
  const { since: _since, limit: _limit, ...only } = filters
  const read = async (query: object, signal?: AbortSignal): Promise<Page<LoggedEvent>> => {
    const answer = await reports.events({ ...query }, signal)
    return { answer, rows: answer.events, next: answer.next }
  }
  const { next } = followRows(
    (since, signal) => readAll((page) => read({ ...only, ...page, since }, signal)),
    ({ at }) => Date.parse(at),
  )
  return { page: () => read(filters), next }
}

/** Bounded: who follows 20,000 rows in a few seconds reads none of them. */
async function readAll<Row>(
  read: (page: { limit: number; cursor: string | undefined }) => Promise<Page<Row>>,
): Promise<Row[]> {
  const rows: Row[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < mostPages; pages += 1) {
    const page = await read({ limit: pageRows, cursor })
    rows.push(...page.rows)
    if (page.next === null) break
    cursor = page.next
  }
  return rows
}
