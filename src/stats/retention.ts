import { sql, type Kysely } from 'kysely'
import type { Tables } from '../store/tables.ts'
import type { Store } from '../store/open-store.ts'
import { moveWholeSince } from './whole-since.ts'

/** Few enough that nobody waits long for the lock. */
const chunkRows = 1000
/** Counting reads the whole index. */
const recountMs = 600_000

/** 0: no limit. */
export type RetentionSettings = { auditMs: number; auditMaxRows: number; eventsMs: number }

export type Retention = {
  /** Deletes a few of the oldest. False: nothing is left that is too old or too many. */
  step(now: number): Promise<boolean>
  noteInserted(rows: number): void
}

/** Usage totals stay: they are small, and budgets and statistics live on them. */
export function createRetention({ db }: Store, settings: RetentionSettings): Retention {
  let rows: number | undefined
  let countedAt = -Infinity
  async function count(now: number): Promise<number> {
    if (rows !== undefined && now - countedAt < recountMs) return rows
    countedAt = now
    const found = await db
      .selectFrom('requests')
      .select(sql<number>`cast(count(*) as bigint)`.as('rows'))
      .executeTakeFirstOrThrow()
    return (rows = found.rows)
  }
  async function tooMany(now: number): Promise<number> {
    return settings.auditMaxRows === 0 ? 0 : (await count(now)) - settings.auditMaxRows
  }
  return {
    noteInserted(inserted) {
      if (rows !== undefined) rows += inserted
    },
    async step(now) {
      const over = await tooMany(now)
      let deleted = 0
      if (over > 0) deleted = await deleteOldest(db, Math.min(over, chunkRows), Infinity)
      else if (settings.auditMs > 0) deleted = await deleteOldest(db, chunkRows, now - settings.auditMs)
      if (rows !== undefined) rows = Math.max(0, rows - deleted)
      const events = settings.eventsMs > 0 ? await deleteEvents(db, now - settings.eventsMs) : 0
      return deleted > 0 || events > 0
    },
  }
}

async function deleteOldest(db: Kysely<Tables>, most: number, before: number): Promise<number> {
  const oldest = db.selectFrom('requests').select(['id', 'at']).orderBy('at').limit(most)
  const chunk = before === Infinity ? oldest : oldest.where('at', '<', before)
  return db.transaction().execute(async (transaction) => {
    const doomed = await transaction.selectFrom(chunk.as('chunk')).select(['id', 'at']).execute()
    if (doomed.length === 0) return 0
    await moveWholeSince(transaction, Math.max(...doomed.map(({ at }) => at)) + 1)
    await transaction
      .deleteFrom('requests')
      .where(
        'id',
        'in',
        doomed.map(({ id }) => id),
      )
      .execute()
    return doomed.length
  })
}

async function deleteEvents(db: Kysely<Tables>, before: number): Promise<number> {
  const chunk = db.selectFrom('events').select('id').where('at', '<', before).orderBy('at').limit(chunkRows)
  const { numDeletedRows } = await db.deleteFrom('events').where('id', 'in', chunk).executeTakeFirst()
  return Number(numDeletedRows)
}
