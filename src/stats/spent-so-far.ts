import { sql } from 'kysely'
import type { Store } from '../store/open-store.ts'
import { moderationCaller } from './internal-caller.ts'
import { startOfHour } from './usage-sums.ts'

export type Spent = {
  keyId: string
  user: string | null
  team: string | null
  tenant: string | null
  model: string
  hour: number
  requests: number
  tokens: number
  costNano: number
}

/** What callers used since then, in whole hours; for limits that outlive the process. */
export type SpentSoFar = (sinceMs: number) => Promise<Spent[]>

export const createSpentSoFar =
  ({ db }: Store): SpentSoFar =>
  async (sinceMs) => {
    const sum = (column: string) => sql<number>`cast(sum(${sql.ref(column)}) as bigint)`
    const rows = await db
      .selectFrom('usage_totals')
      .select(['key_id', 'owner_user', 'owner_team', 'owner_tenant', 'model', 'hour'])
      .select([
        sum('requests').as('requests'),
        sum('prompt_tokens').as('prompt'),
        sum('completion_tokens').as('completion'),
        sum('cost_nano').as('cost'),
      ])
      .where('hour', '>=', startOfHour(sinceMs))
      .where('key_id', '<>', moderationCaller)
      .groupBy(['key_id', 'owner_user', 'owner_team', 'owner_tenant', 'model', 'hour'])
      .orderBy('hour')
      .execute()
    return rows.map((row) => ({
      keyId: row.key_id,
      user: row.owner_user || null,
      team: row.owner_team || null,
      tenant: row.owner_tenant || null,
      model: row.model,
      hour: row.hour,
      requests: row.requests,
      tokens: row.prompt + row.completion,
      costNano: row.cost,
    }))
  }
