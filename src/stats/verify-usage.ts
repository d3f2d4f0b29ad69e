import { sql, type Transaction } from 'kysely'
import type { Store } from '../store/open-store.ts'
import type { Tables } from '../store/tables.ts'
import { countHistogram } from './histogram.ts'
import {
  callerFields,
  countFields,
  nextHour,
  startOfHour,
  type UsageCounts,
  type UsageGroup,
} from './usage-sums.ts'
import { readWholeSince } from './whole-since.ts'

/** Enough to see what is wrong; the count says how many there are. */
const mostShown = 100

export type UsageDifference = UsageGroup & {
  /** Which figure; `histogram` is the number of times in the totals' histogram. */
  field: (typeof countFields)[number] | 'histogram'
  /** By the rows of the ledger. */
  ledger: number
  /** By the totals. */
  totals: number
}

export type UsageVerdict = {
  agrees: boolean
  /** The first hour whose rows are all there: retention has not taken any. Milliseconds. */
  since: number
  hours: number
  requests: number
  /** How many figures differ; `differences` shows the first of them. */
  differing: number
  differences: UsageDifference[]
}

type Sums = UsageGroup & UsageCounts & { histogram: number }

/** Adds the ledger up again, hour by hour, and compares; as of one moment, whatever is written meanwhile. */
export async function verifyUsage({ db, kind }: Store): Promise<UsageVerdict> {
  const begin = db.transaction()
  const snapshot = kind === 'postgres' ? begin.setIsolationLevel('repeatable read') : begin
  return snapshot.execute(compareAll)
}

async function compareAll(db: Transaction<Tables>): Promise<UsageVerdict> {
  const whole = await readWholeSince(db)
  const since = whole === startOfHour(whole) ? whole : nextHour(startOfHour(whole))
  const verdict: UsageVerdict = {
    agrees: true,
    since,
    hours: 0,
    requests: 0,
    differing: 0,
    differences: [],
  }
  for (let hour = await findHour(db, since); hour !== undefined; hour = await findHour(db, nextHour(hour))) {
    const ledger = await addUp(db, hour)
    const totals = await readTotals(db, hour)
    verdict.hours += 1
    for (const sums of ledger.values()) verdict.requests += sums.requests
    for (const difference of compareHour(ledger, totals)) {
      verdict.differing += 1
      if (verdict.differences.length < mostShown) verdict.differences.push(difference)
    }
  }
  verdict.agrees = verdict.differing === 0
  return verdict
}

/** The first hour from there on of which either side knows. */
async function findHour(db: Transaction<Tables>, from: number): Promise<number | undefined> {
  const rows = db.selectFrom('requests').select('at as time').where('at', '>=', from).orderBy('at').limit(1)
  const totals = db
    .selectFrom('usage_totals')
    .select('hour as time')
    .where('hour', '>=', from)
    .orderBy('hour')
    .limit(1)
  const found = [...(await rows.execute()), ...(await totals.execute())].map(({ time }) => startOfHour(time))
  return found.length === 0 ? undefined : Math.min(...found)
}

async function addUp(db: Transaction<Tables>, hour: number): Promise<Map<string, Sums>> {
  const sum = (column: string) => sql<number>`cast(sum(${sql.ref(column)}) as bigint)`
  const owner = (column: string) => sql<string>`coalesce(${sql.ref(column)}, '')`
  const rows = await db
    .selectFrom('requests')
    .select([
      'key_id',
      owner('owner_user').as('owner_user'),
      owner('owner_team').as('owner_team'),
      owner('owner_tenant').as('owner_tenant'),
      owner('model').as('model'),
      'endpoint',
      sql<number>`cast(count(*) as bigint)`.as('requests'),
      sql<number>`cast(sum(case when status >= 400 then 1 else 0 end) as bigint)`.as('errors'),
      sum('prompt_tokens').as('prompt_tokens'),
      sum('completion_tokens').as('completion_tokens'),
      sum('cached_tokens').as('cached_tokens'),
      sum('cost_nano').as('cost_nano'),
    ])
    .where('at', '>=', hour)
    .where('at', '<', nextHour(hour))
    .groupBy([
      'key_id',
      owner('owner_user'),
      owner('owner_team'),
      owner('owner_tenant'),
      owner('model'),
      'endpoint',
    ])
    .execute()
  return keyed(rows.map((row) => ({ ...row, hour, histogram: row.requests })))
}

async function readTotals(db: Transaction<Tables>, hour: number): Promise<Map<string, Sums>> {
  const rows = await db.selectFrom('usage_totals').selectAll().where('hour', '=', hour).execute()
  return keyed(rows.map((row) => ({ ...row, histogram: countHistogram(row.total_histogram) })))
}

const keyed = (sums: Sums[]): Map<string, Sums> =>
  new Map(sums.map((sum) => [JSON.stringify(callerFields.map((field) => sum[field])), sum]))

function* compareHour(ledger: Map<string, Sums>, totals: Map<string, Sums>): Generator<UsageDifference> {
  for (const name of new Set([...ledger.keys(), ...totals.keys()])) {
    const [one, other] = [ledger.get(name), totals.get(name)]
    const { hour, key_id, owner_user, owner_team, owner_tenant, model, endpoint } = (one ?? other)!
    const group = { hour, key_id, owner_user, owner_team, owner_tenant, model, endpoint }
    for (const field of [...countFields, 'histogram'] as const) {
      const difference = { ledger: one?.[field] ?? 0, totals: other?.[field] ?? 0 }
      if (difference.ledger !== difference.totals) yield { ...group, field, ...difference }
    }
  }
}
