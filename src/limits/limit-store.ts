/** What a rule can limit, by the names of the config. */
export const resources = [
  'requests_per_minute',
  'tokens_per_minute',
  'tokens_per_day',
  'concurrent_requests',
  'budget_per_day',
  'budget_per_month',
] as const
export type Resource = (typeof resources)[number]

/** How it is counted: in a window that slides, in a UTC day or month, or as places that are held. */
export type Kind = 'window' | 'day' | 'month' | 'places'
export const kinds: Record<Resource, Kind> = {
  requests_per_minute: 'window',
  tokens_per_minute: 'window',
  tokens_per_day: 'day',
  concurrent_requests: 'places',
  budget_per_day: 'day',
  budget_per_month: 'month',
}

/** One limit of one subject. */
export type Counter = {
  /** Unique among all counters, and the same in every daemon. */
  id: string
  resource: Resource
  kind: Kind
  /** Whose it is, for people: `key 4f…`, `team search with model pocket`. */
  whose: string
  /** Requests, tokens, places or billionths of a US dollar: always a whole number. */
  limit: number
}

export type Charge = { counter: Counter; amount: number }

/** How a counter stands after a request was charged or refused. */
export type Level = { used: number; resetMs: number }

export type Verdict =
  | { admitted: true; levels: Level[]; hold: Hold }
  /** `refusedBy`: index of the charge that has to wait longest; for places nobody knows how long. */
  | { admitted: false; levels: Level[]; refusedBy: number; retryAfterMs: number | undefined }

/** What an admitted request has been charged until it is known what it used. */
export type Hold = {
  /** Charges what was used instead, in the order of the charges; places are free again. Only the first call counts. */
  settle(used: number[]): void
}

/** Something used in a UTC day or month (its number, see `calendar.ts`) that no request was charged for here. */
export type Addition = { counter: Counter; period: number; amount: number }

/** Where counters are. One step per call: either all charges fit and all are made, or none is. */
export type LimitStore = {
  /** A store in memory answers at once; the promise of one that cannot be reached rejects. */
  reserve(charges: Charge[]): Verdict | Promise<Verdict>
}
