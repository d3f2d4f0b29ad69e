/** The wire types of `/api/stats`, `/logs` and `/api/events`. Times are ISO 8601, durations ms, money US dollars. */

export const groupings = ['key', 'user', 'team', 'tenant', 'model', 'endpoint', 'hour'] as const
export type Grouping = (typeof groupings)[number]

/** From HDR histograms: each within 1 %. */
export type Durations = { count: number; mean: number; p50: number; p95: number; p99: number }

export type UsageFigures = {
  requests: number
  /** Of them, those with a status of 400 or more; 499: the client went away. */
  errors: number
  prompt_tokens: number
  completion_tokens: number
  /** Of the prompt tokens, those that the engine still had. */
  cached_tokens: number
  cost_usd: number
  /** `null`: nothing was timed. */
  ttft_ms: Durations | null
  latency_ms: Durations | null
  queue_ms: Durations | null
}

export type NamedFigures = {
  /** The key's id, the user, the model, ..., or the hour's beginning; `null`: there was none. */
  name: string | null
  /** The name that the key was made with; only where keys are the groups. */
  label?: string | null
} & UsageFigures

/** Whole hours, so `since` and `until` may lie outside of what was asked for. */
export type StatsPeriod = { since: string; until: string }

/** `GET /api/stats`. */
export type OwnStats = StatsPeriod & { key: string; total: UsageFigures }

/** `GET /api/stats/detailed`. */
export type DetailedStats = OwnStats & {
  models: NamedFigures[]
  endpoints: NamedFigures[]
  hours: NamedFigures[]
}

/** `GET /api/admin/stats`. */
export type AllStats = StatsPeriod & {
  by: Grouping | null
  total: UsageFigures
  /** The most requests first; hours in order. */
  groups: NamedFigures[]
  /** Groups beyond `limit`, which only `total` counts. */
  groups_omitted: number
}

/** One request of the audit ledger. */
export type LoggedRequest = {
  id: string
  /** `x-request-id`. */
  request_id: string
  at: string
  endpoint: string
  key: string
  user: string | null
  team: string | null
  tenant: string | null
  model: string | null
  worker: string | null
  status: number
  error: string | null
  finish_reason: string | null
  streamed: boolean
  prompt_tokens: number
  completion_tokens: number
  cached_tokens: number
  /** Who counted: `engine`, `provider` or `tokenizer`. */
  token_source: string | null
  cost_usd: number
  queue_ms: number | null
  ttft_ms: number | null
  total_ms: number
  /** Names of the filters that found something. */
  flags: string[]
}

/** `GET /logs/{id}`: bodies only when the operator has switched them on. */
export type LoggedExchange = LoggedRequest & { request_body: string | null; response_body: string | null }

export type LoggedEvent = { id: string; at: string; name: string; details: Record<string, unknown> }

/** Newest first; `next` is the `cursor` of the page behind it, `null` on the last. */
export type RequestsPage = { requests: LoggedRequest[]; next: string | null }
export type EventsPage = { events: LoggedEvent[]; next: string | null }
