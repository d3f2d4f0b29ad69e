/**
 * The tables, in types that SQLite and PostgreSQL both have: times are integer milliseconds, lists are JSON
 * text, truth is 0 or 1.
 */
export type Tables = {
  meta: MetaTable
  api_keys: KeyTable
  requests: RequestTable
  usage_totals: UsageTable
  journals: JournalTable
  events: EventTable
}

/** Single facts: the schema's version, the pepper's fingerprint. */
type MetaTable = { name: string; value: string }

export type KeyTable = {
  id: string
  name: string
  owner_user: string | null
  owner_team: string | null
  owner_tenant: string | null
  models: string
  endpoints: string
  admin: number
  hash: string
  /** After a rotation: the hash before it, valid until `previous_until`. */
  previous_hash: string | null
  previous_until: number | null
  created_at: number
  expires_at: number | null
  rotated_at: number | null
  revoked_at: number | null
}

/** The audit ledger: one row per request that a protocol's route answered or refused. Only ever appended to. */
export type RequestTable = {
  /** Ours, unique; `request_id` may come from the client. */
  id: string
  request_id: string
  /** When its first byte came. */
  at: number
  /** The route's path, such as `/v1/chat/completions`. */
  endpoint: string
  model: string | null
  /** The worker that answered. */
  worker: string | null
  /** The principal's public id. */
  key_id: string
  owner_user: string | null
  owner_team: string | null
  owner_tenant: string | null
  status: number
  error: string | null
  finish: string | null
  streamed: number
  prompt_tokens: number
  completion_tokens: number
  cached_tokens: number
  /** Who counted: `engine`, `provider` or `tokenizer`. */
  token_source: string | null
  /** Billionths of a US dollar, so that sums stay whole numbers. */
  cost_nano: number
  queue_ms: number | null
  ttft_ms: number | null
  total_ms: number
  /** What moderation found: a JSON list of filter names. */
  flags: string | null
  /** Only when bodies are switched on; redacted. */
  request_body: string | null
  response_body: string | null
}

/** Sums of the ledger per hour and caller; absent owners are '' because a primary key holds no nulls. */
export type UsageTable = {
  /** The hour's first millisecond, UTC. */
  hour: number
  key_id: string
  owner_user: string
  owner_team: string
  owner_tenant: string
  model: string
  endpoint: string
  requests: number
  errors: number
  prompt_tokens: number
  completion_tokens: number
  cached_tokens: number
  cost_nano: number
  /** HDR histograms in microseconds, V2 in base64, empty for none; merge before reading percentiles. */
  total_histogram: string
  ttft_histogram: string
  queue_histogram: string
}

/** How far each daemon's journal has been taken over, so that no line counts twice. */
type JournalTable = { id: string; segment: number; offset: number }

export type EventTable = {
  id: string
  at: number
  /** As in the log: `model.loaded`, `worker.lost`, ... */
  name: string
  /** JSON. */
  details: string
}
