import type {
  AllStats,
  DetailedStats,
  EventsPage,
  Grouping,
  LoggedExchange,
  OwnStats,
  RequestsPage,
} from './types.ts'

/** Milliseconds since 1970. */
export type Period = { since: number; until: number }

export type AllStatsQuery = Period & {
  by?: Grouping | undefined
  limit: number
  key?: string | undefined
  user?: string | undefined
  team?: string | undefined
  tenant?: string | undefined
  model?: string | undefined
  endpoint?: string | undefined
}

export type PageQuery = {
  since?: number | undefined
  until?: number | undefined
  limit: number
  cursor?: { at: number; id: string } | undefined
}

export type LogsQuery = PageQuery & {
  ended_since?: number | undefined
  model?: string | undefined
  /** Lowest and highest. */
  status?: [number, number] | undefined
  key?: string | undefined
}

/** What the daemon tells about the past. Everything rejects with an AppError. */
export type ReportActions = {
  ownStats(key: string, period: Period, signal: AbortSignal): Promise<OwnStats>
  detailedStats(key: string, period: Period, signal: AbortSignal): Promise<DetailedStats>
  allStats(query: AllStatsQuery, signal: AbortSignal): Promise<AllStats>
  requests(query: LogsQuery, signal: AbortSignal): Promise<RequestsPage>
  /** Of `key` only, when given. */
  request(id: string, key: string | undefined, signal: AbortSignal): Promise<LoggedExchange>
  events(query: PageQuery & { name?: string | undefined }, signal: AbortSignal): Promise<EventsPage>
}
