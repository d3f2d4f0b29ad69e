import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Tables } from '../store/tables.ts'
import { createTimings, decodeTimings, type Timings } from './timings.ts'
import { readHistograms } from './read-histograms.ts'
import { dimensions, widenToHours, type Dimension, type Sums, type UsageGroup, type UsageQuery, type UsageReport } from './usage.ts' // prettier-ignore

type Database = Kysely<Tables>
type GroupSums = Sums & { name: string; timings: Timings }

/** Usage by hours: sums, and percentiles of everything that was timed. All of it as of one moment. */
export const readUsage = (db: Database, query: UsageQuery): Promise<UsageReport> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute((transaction) => readAll(transaction, { ...query, ...widenToHours(query) }))

async function readAll(db: Database, query: UsageQuery): Promise<UsageReport> {
  const where = createFilter(query)
  const [sums] = await readSums(db, where, sql`''`)
  const all = createTimings()
  const found = new Map<Dimension, { groups: Map<string, GroupSums>; omitted: number }>()
  for (const by of query.by) found.set(by, await readGroups(db, where, by, query.limit))
  await readHistograms(db, where, (row) => {
    const timings = decodeTimings(row)
    all.add(timings)
    for (const [by, { groups }] of found) groups.get(String(row[dimensions[by]]))?.timings.add(timings)
  })
  const labels = await readKeyNames(db, [...(found.get('key')?.groups.keys() ?? [])])
  const toGroup = ({ name, timings, ...figures }: GroupSums): UsageGroup => ({
    name,
    label: labels.get(name) ?? null,
    ...figures,
    ...timings.summary(),
  })
  return {
    since: query.since,
    until: query.until,
    sum: { ...toSums(sums), ...all.summary() },
    groups: Object.fromEntries(
      [...found].map(([by, { groups, omitted }]) => [
        by,
        { omitted, list: [...groups.values()].map(toGroup) },
      ]),
    ),
  }
}

/** The conditions of a query, for every statement that answers it. */
function createFilter({ since, until, only }: UsageQuery): RawBuilder<unknown> {
  const conditions = [sql`hour >= ${since}`, sql`hour < ${until}`]
  for (const [name, value] of Object.entries(only)) {
    if (value !== undefined) conditions.push(sql`${sql.ref(dimensions[name as Dimension])} = ${value}`)
  }
  return sql.join(conditions, sql` and `)
}

/** PostgreSQL sums whole numbers to `numeric`, which comes as text. */
type SumRow = Record<'requests' | 'errors' | 'prompt' | 'completion' | 'cached' | 'cost', string | number> & {
  name: string | number
  groups: string | number
}

/** Sums per value of `column`: of hours the last ones, in order; else those with the most requests. */
async function readSums(
  db: Database,
  where: RawBuilder<unknown>,
  column: RawBuilder<unknown>,
  end: RawBuilder<unknown> = sql``,
): Promise<SumRow[]> {
  const { rows } = await sql<SumRow>`
    select ${column} as name, count(*) over () as groups, coalesce(sum(requests), 0) as requests,
      coalesce(sum(errors), 0) as errors, coalesce(sum(prompt_tokens), 0) as prompt,
      coalesce(sum(completion_tokens), 0) as completion, coalesce(sum(cached_tokens), 0) as cached,
      coalesce(sum(cost_nano), 0) as cost
    from usage_totals where ${where} ${end}`.execute(db)
  return rows
}

async function readGroups(db: Database, where: RawBuilder<unknown>, by: Dimension, limit: number) {
  const column = sql.ref(dimensions[by])
  const order = by === 'hour' ? sql`hour desc` : sql`sum(requests) desc, ${column}`
  const rows = await readSums(db, where, column, sql`group by ${column} order by ${order} limit ${limit}`)
  const omitted = Math.max(0, Number(rows[0]?.groups ?? 0) - rows.length)
  if (by === 'hour') rows.reverse()
  const groups = rows.map((row): [string, GroupSums] => {
    const name = String(row.name)
    return [name, { name, ...toSums(row), timings: createTimings() }]
  })
  return { groups: new Map(groups), omitted }
}

const toSums = (row: SumRow | undefined): Sums => ({
  requests: Number(row?.requests ?? 0),
  errors: Number(row?.errors ?? 0),
  promptTokens: Number(row?.prompt ?? 0),
  completionTokens: Number(row?.completion ?? 0),
  cachedTokens: Number(row?.cached ?? 0),
  costNano: Number(row?.cost ?? 0),
})

/** SQLite takes 32766 parameters; there are never more groups than `limit`. */
async function readKeyNames(db: Database, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const keys = await db.selectFrom('api_keys').select(['id', 'name']).where('id', 'in', ids).execute()
  return new Map(keys.map(({ id, name }) => [id, name]))
}
