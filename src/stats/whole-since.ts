import type { Kysely } from 'kysely'
import type { Tables } from '../store/tables.ts'

const name = 'ledger_whole_since'

/** From this time on every request that was counted has its row; before it, retention has taken some. */
export async function readWholeSince(db: Kysely<Tables>): Promise<number> {
  const row = await db.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst()
  return Number(row?.value ?? 0)
}

/** Only ever later. */
export async function moveWholeSince(db: Kysely<Tables>, at: number): Promise<void> {
  if ((await readWholeSince(db)) >= at) return
  await db
    .insertInto('meta')
    .values({ name, value: String(at) })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: String(at) }))
    .execute()
}
