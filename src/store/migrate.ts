import { sql, type Kysely } from 'kysely'
import { AppError } from '../errors.ts'
import { migrations } from './migrations.ts'
import type { Tables } from './tables.ts'

export type StoreKind = 'sqlite' | 'postgres'

/** Any number that no other program takes: whoever holds this lock is changing the schema. */
const lockNumber = 7_305_180_014

/** Both wait for another daemon that migrates at this moment, and both end with the transaction. */
const beginAlone: Record<StoreKind, string[]> = {
  sqlite: ['begin immediate'],
  postgres: ['begin', `select pg_advisory_xact_lock(${lockNumber})`],
}

/**
 * Brings the schema up to date: everything or nothing, by one daemon at a time.
 * Rejects with `conflict` when a newer sluice has written it.
 */
export async function migrate(db: Kysely<Tables>, kind: StoreKind, steps = migrations): Promise<void> {
  await db.connection().execute(async (connection) => {
    const run = (text: string) => sql.raw(text).execute(connection)
    for (const statement of beginAlone[kind]) await run(statement)
    try {
      await bringUpToDate(connection, steps)
      await run('commit')
    } catch (cause) {
      await run('rollback')
      throw cause
    }
  })
}

async function bringUpToDate(db: Kysely<Tables>, steps: typeof migrations): Promise<void> {
  await db.schema
    .createTable('meta')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute()
  const row = await db
    .selectFrom('meta')
    .select('value')
    .where('name', '=', 'schema_version')
    .executeTakeFirst()
  const version = Number(row?.value ?? 0)
  if (version > steps.length) {
    throw new AppError(
      'conflict',
      `the store has schema ${version}, and this sluice knows ${steps.length}: a newer sluice has written it. Use that version, or set "store" to another database`,
      { param: 'store' },
    )
  }
  if (version === steps.length) return
  for (const step of steps.slice(version)) await step(db as unknown as Kysely<never>)
  const value = String(steps.length)
  await db
    .insertInto('meta')
    .values({ name: 'schema_version', value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}
