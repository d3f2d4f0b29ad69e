import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Tables, UsageTable } from '../store/tables.ts'

/** Rows held at a time: a few megabytes. */
const rowsPerRead = 5000

type Row = Omit<UsageTable, 'requests' | 'errors' | `${string}_tokens` | 'cost_nano'>

/** Calls back for every row that `where` lets through. Reads as many hours at once as have few enough rows. */
export async function readHistograms(
  db: Kysely<Tables>,
  where: RawBuilder<unknown>,
  onRow: (row: Row) => void,
): Promise<void> {
  const { rows: hours } = await sql<{ hour: number; size: number }>`
    select hour, count(*) as size from usage_totals where ${where} group by hour order by hour`.execute(db)
  for (const [first, last] of packHours(hours)) {
    const { rows } = await sql<Row>`
      select hour, key_id, owner_user, owner_team, owner_tenant, model, endpoint,
        total_histogram, ttft_histogram, queue_histogram
      from usage_totals where ${where} and hour >= ${first} and hour <= ${last}`.execute(db)
    for (const row of rows) onRow(row)
  }
}

function packHours(hours: { hour: number; size: number }[]): [first: number, last: number][] {
  const packs: [number, number][] = []
  let room = 0
  for (const { hour, size } of hours) {
    room -= size
    const pack = packs.at(-1)
    if (pack && room >= 0) pack[1] = hour
    else {
      packs.push([hour, hour])
      room = rowsPerRead - size
    }
  }
  return packs
}
