import { dayOf, monthOf } from './calendar.ts'
import type { Addition, Counter } from './limit-store.ts'
import type { RuleBook } from './rule-book.ts'

/** What the ledger has of one caller, model and hour since `sinceMs`. Absent owners are null. */
export type Spent = {
  keyId: string
  user: string | null
  team: string | null
  tenant: string | null
  model: string
  /** The hour's first millisecond, UTC. */
  hour: number
  requests: number
  tokens: number
  costNano: number
}
export type SpentSoFar = (sinceMs: number) => Promise<Spent[]>

/** What days and months have to begin with after a restart: the ledger's sums, by the rules of today. */
export async function readAdditions(
  spentSoFar: SpentSoFar,
  rules: RuleBook,
  now: number,
): Promise<Addition[]> {
  const date = new Date(now)
  const rows = await spentSoFar(Date.UTC(date.getUTCFullYear(), date.getUTCMonth()))
  const sums = new Map<string, Addition>()
  for (const row of rows) {
    const { keyId: key, user, team, tenant, model } = row
    for (const counter of rules.countersFor({ key, user, team, tenant, model })) {
      const period = periodOf(counter, row.hour)
      if (period === undefined || period !== periodOf(counter, now)) continue
      const amount = counter.resource.startsWith('tokens') ? row.tokens : row.costNano
      const sum = sums.get(counter.id)
      if (sum) sum.amount += amount
      else sums.set(counter.id, { counter, period, amount })
    }
  }
  return [...sums.values()]
}

function periodOf({ kind }: Counter, ms: number): number | undefined {
  if (kind === 'day') return dayOf(ms)
  return kind === 'month' ? monthOf(ms) : undefined
}
