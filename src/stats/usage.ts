/** What usage can be grouped by, and the column that holds it. */
export const dimensions = {
  key: 'key_id',
  user: 'owner_user',
  team: 'owner_team',
  tenant: 'owner_tenant',
  model: 'model',
  endpoint: 'endpoint',
  hour: 'hour',
} as const
export type Dimension = keyof typeof dimensions

const hourMs = 3_600_000

export type UsageQuery = {
  /** Milliseconds; the hours that they lie in are taken whole. */
  since: number
  until: number
  /** Only what has these values. */
  only: { [Name in Exclude<Dimension, 'hour'>]?: string | undefined }
  by: Dimension[]
  /** Most groups per dimension. */
  limit: number
}

/** Microseconds. */
export type Times = { count: number; mean: number; p50: number; p95: number; p99: number }

export type Sums = {
  requests: number
  errors: number
  promptTokens: number
  completionTokens: number
  cachedTokens: number
  costNano: number
}
/** `null`: nothing was timed. */
export type Figures = Sums & { total: Times | null; ttft: Times | null; queue: Times | null }

export type UsageGroup = Figures & {
  /** The hour's first millisecond as text; '' where there is no such owner or model. */
  name: string
  /** The key's own name, where keys are the groups. */
  label: string | null
}

export type UsageReport = {
  /** Milliseconds, widened to whole hours. */
  since: number
  until: number
  sum: Figures
  groups: Partial<Record<Dimension, { list: UsageGroup[]; omitted: number }>>
}

/** Totals are kept per hour. */
export const widenToHours = ({ since, until }: { since: number; until: number }) => ({
  since: Math.floor(since / hourMs) * hourMs,
  until: Math.ceil(until / hourMs) * hourMs,
})
