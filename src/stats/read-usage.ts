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
    sum: { ...toSums(sums!), ...all.summary() },
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

type SumRow = Sums & { name: string | number; groups: number }

/** As a double: PostgreSQL would give text, and Node fails on whole numbers above 2^53. */
const sumOf = (column: string) => sql`cast(coalesce(sum(${sql.ref(column)}), 0) as double precision)`

/** Sums per value of `column`: of hours the last ones, in order; else those with the most requests. */
async function readSums(
  db: Database,
  where: RawBuilder<unknown>,
  column: RawBuilder<unknown>,
  end: RawBuilder<unknown> = sql``,
): Promise<SumRow[]> {
  const { rows } = await sql<SumRow>`
    select ${column} as name, count(*) over () as groups, ${sumOf('requests')} as requests,
      ${sumOf('errors')} as errors, ${sumOf('prompt_tokens')} as "promptTokens",
      ${sumOf('completion_tokens')} as "completionTokens", ${sumOf('cached_tokens')} as "cachedTokens",
      ${sumOf('cost_nano')} as "costNano"
    from usage_totals where ${where} ${end}`.execute(db)
  return rows
}

async function readGroups(db: Database, where: RawBuilder<unknown>, by: Dimension, limit: number) {
  const column = sql.ref(dimensions[by])
  const order = by === 'hour' ? sql`hour desc` : sql`sum(requests) desc, ${column}`
  const rows = await readSums(db, where, column, sql`group by ${column} order by ${order} limit ${limit}`)
  const omitted = Math.max(0, (rows[0]?.groups ?? 0) - rows.length)
  if (by === 'hour') rows.reverse()
  const groups = rows.map((row): [string, GroupSums] => {
    const name = String(row.name)
    return [name, { name, ...toSums(row), timings: createTimings() }]
  })
  return { groups: new Map(groups), omitted }
}

const toSums = ({ name: _name, groups: _groups, ...sums }: SumRow): Sums => sums

/** SQLite takes 32766 parameters; there are never more groups than `limit`. */
async function readKeyNames(db: Database, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const keys = await db.selectFrom('api_keys').select(['id', 'name']).where('id', 'in', ids).execute()
  return new Map(keys.map(({ id, name }) => [id, name]))
}
