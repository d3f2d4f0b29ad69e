import type { Transaction } from 'kysely'
import type { Store } from '../store/open-store.ts'
import type { Tables } from '../store/tables.ts'
import { addUsage } from './add-usage.ts'
import { insertEvents, insertRequests } from './insert-rows.ts'
import type { LedgerEntry } from './ledger-line.ts'
import { sumUsage } from './usage-sums.ts'
import { moveWholeSince } from './whole-since.ts'

/** How far a run's journal is in the database. */
export type Place = { segment: number; offset: number }

export type Batch = { run: string; from: Place | undefined; to: Place; entries: LedgerEntry[] }

/**
 * Rows, totals, events and the journal's new place in one transaction: each line counts once, whatever is killed
 * when. Throws when the journal is elsewhere by now than `from` says.
 */
export async function takeOver({ db, kind }: Store, batch: Batch, keepsRows: boolean): Promise<void> {
  const rows = batch.entries.flatMap((entry) => (entry.kind === 'request' ? [entry.row] : []))
  const events = batch.entries.flatMap((entry) => (entry.kind === 'event' ? [entry.event] : []))
  await db.transaction().execute(async (transaction) => {
    // First, because it takes SQLite's write lock before anything is read.
    await movePlace(transaction, batch)
    if (keepsRows) await insertRequests(transaction, kind, rows)
    else if (rows.length > 0) await moveWholeSince(transaction, Math.max(...rows.map(({ at }) => at)) + 1)
    await addUsage(transaction, kind, sumUsage(rows))
    await insertEvents(transaction, events)
  })
}

async function movePlace(transaction: Transaction<Tables>, { run, from, to }: Batch): Promise<void> {
  const changed = from
    ? (
        await transaction
          .updateTable('journals')
          .set(to)
          .where('id', '=', run)
          .where('segment', '=', from.segment)
          .where('offset', '=', from.offset)
          .executeTakeFirst()
      ).numUpdatedRows
    : (
        await transaction
          .insertInto('journals')
          .values({ id: run, ...to })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .executeTakeFirst()
      ).numInsertedOrUpdatedRows
  if (changed !== 1n) throw new Error(`the journal ${run} was taken over by somebody else`)
}

export async function readPlace({ db }: Store, run: string): Promise<Place | undefined> {
  return db.selectFrom('journals').select(['segment', 'offset']).where('id', '=', run).executeTakeFirst()
}

/** For when its files are gone: nothing will be read of it again. */
export async function forgetPlace({ db }: Store, run: string): Promise<void> {
  await db.deleteFrom('journals').where('id', '=', run).execute()
}
