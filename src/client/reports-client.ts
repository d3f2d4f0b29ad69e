import type { AllStats, EventsPage, LoggedExchange, RequestsPage } from '../protocols/reports/types.ts'
import type { Call } from './http.ts'

type Query = Record<string, string | number | undefined>

/** Longer than the daemon itself waits for a report. */
const timeoutMs = 70_000

/** A whole key may be given where its id is meant; its secret part stays here. */
const publicId = (key: string): string => /^sk-sluice-([0-9a-z]+)/.exec(key)?.[1] ?? key

function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, name === 'key' ? publicId(String(value)) : String(value)]],
  )
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`
}

/** `/api/admin/stats`, `/logs` and `/api/events` with types; queries go as they are, the daemon checks them. */
export const createReportsClient = (quick: <T>(wanted: Call) => Promise<T>) => {
  const get = <T>(path: string, query: Query, signal?: AbortSignal) =>
    quick<T>({ method: 'GET', path: withQuery(path, query), timeoutMs, signal })
  return {
    stats: (query: Query, signal?: AbortSignal) => get<AllStats>('/api/admin/stats', query, signal),
    requests: (query: Query, signal?: AbortSignal) => get<RequestsPage>('/logs', query, signal),
    request: (id: string) => get<LoggedExchange>(`/logs/${encodeURIComponent(id)}`, {}),
    events: (query: Query, signal?: AbortSignal) => get<EventsPage>('/api/events', query, signal),
  }
}
