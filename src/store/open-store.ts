import { Kysely } from 'kysely'
import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { migrate, type StoreKind } from './migrate.ts'
import { isPostgres, nameStore } from './store-address.ts'
import type { Tables } from './tables.ts'

export type Store = { db: Kysely<Tables>; kind: StoreKind; close(): Promise<void> }

/**
 * Opens the database at `address` (a PostgreSQL URL or a file) and brings its schema up to date.
 * Rejects with an AppError that names the store, without its password.
 */
export async function openStore(address: string, log: Logger): Promise<Store> {
  const kind = isPostgres(address) ? 'postgres' : 'sqlite'
  let db: Kysely<Tables> | undefined
  try {
    db = new Kysely<Tables>({ dialect: await createDialect(address, kind, log) })
    await migrate(db, kind)
    const opened = db
    return { db: opened, kind, close: () => opened.destroy() }
  } catch (cause) {
    await db?.destroy().catch(() => undefined)
    throw cause instanceof AppError ? cause : explain(cause as Error, address, kind)
  }
}

async function createDialect(address: string, kind: StoreKind, log: Logger) {
  if (kind === 'postgres') {
    const { createPostgresDialect } = await import('./postgres-dialect.ts')
    return createPostgresDialect(address, log)
  }
  const { createSqliteDialect } = await import('./sqlite-dialect.ts')
  return createSqliteDialect(address)
}

function explain(cause: Error & { code?: string }, address: string, kind: StoreKind): AppError {
  const reason = cause.message || cause.code || 'no reason given'
  const advice =
    kind === 'postgres'
      ? 'check that the server runs and that "store" names an existing database, user and password'
      : /not a database|malformed|corrupt/i.test(reason)
        ? 'put a copy back, or move the file away to begin without keys'
        : 'check that its folder can be written and that no other program holds it'
  return new AppError(
    'store_unavailable',
    `the store ${nameStore(address)} cannot be opened: ${reason}; ${advice}`,
    {
      param: 'store',
      cause,
    },
  )
}
