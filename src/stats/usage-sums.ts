import type { UsageTable } from '../store/tables.ts'
import type { LedgerRow } from './ledger-line.ts'

const hourMs = 3_600_000

export const callerFields = [
  'key_id',
  'owner_user',
  'owner_team',
  'owner_tenant',
  'model',
  'endpoint',
] as const
export const countFields = [
  'requests',
  'errors',
  'prompt_tokens',
  'completion_tokens',
  'cached_tokens',
  'cost_nano',
] as const

export type UsageGroup = Pick<UsageTable, 'hour' | (typeof callerFields)[number]>
export type UsageCounts = Pick<UsageTable, (typeof countFields)[number]>
/** What a batch adds to one row of the totals; times in milliseconds. */
export type UsageSum = UsageGroup & UsageCounts & { total: number[]; ttft: number[]; queue: number[] }

export const startOfHour = (at: number): number => at - (at % hourMs)
export const nextHour = (hour: number): number => hour + hourMs

/** In a fixed order: daemons that share a database must not wait for each other crosswise. */
export function sumUsage(rows: readonly LedgerRow[]): UsageSum[] {
  const sums = new Map<string, UsageSum>()
  for (const row of rows) add(row, sums)
  return [...sums.values()]
    .map((sum) => ({ sum, place: JSON.stringify([sum.hour, ...callerFields.map((field) => sum[field])]) }))
    .sort((one, other) => (one.place < other.place ? -1 : 1))
    .map(({ sum }) => sum)
}

function add(row: LedgerRow, sums: Map<string, UsageSum>): void {
  const group = groupOf(row)
  // Texts of the ledger hold no NUL.
  const name = `${group.hour}\0${group.key_id}\0${group.owner_user}\0${group.owner_team}\0${group.owner_tenant}\0${group.model}\0${group.endpoint}`
  let sum = sums.get(name)
  if (!sum) sums.set(name, (sum = begin(group)))
  sum.requests += 1
  if (row.status >= 400) sum.errors += 1
  sum.prompt_tokens += row.prompt_tokens
  sum.completion_tokens += row.completion_tokens
  sum.cached_tokens += row.cached_tokens
  sum.cost_nano += row.cost_nano
  sum.total.push(row.total_ms)
  if (row.ttft_ms !== null) sum.ttft.push(row.ttft_ms)
  if (row.queue_ms !== null) sum.queue.push(row.queue_ms)
}

const groupOf = (row: LedgerRow): UsageGroup => ({
  hour: startOfHour(row.at),
  key_id: row.key_id,
  owner_user: row.owner_user ?? '',
  owner_team: row.owner_team ?? '',
  owner_tenant: row.owner_tenant ?? '',
  model: row.model ?? '',
  endpoint: row.endpoint,
})

export const noUsage = {
  requests: 0,
  errors: 0,
  prompt_tokens: 0,
  completion_tokens: 0,
  cached_tokens: 0,
  cost_nano: 0,
}

const begin = (group: UsageGroup): UsageSum => ({
  ...group,
  ...noUsage,
  total: [],
  ttft: [],
  queue: [],
})
