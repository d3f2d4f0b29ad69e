import { chmodSync, closeSync, openSync } from 'node:fs'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely'
import { importSqlite } from '../import-sqlite.ts'

/** How long a statement waits for another process that writes. */
const busyMs = 5000
const keptStatements = 64

/** Kysely's own SQLite dialect on Node's own SQLite: nothing to install (ADR 12). */
export async function createSqliteDialect(path: string): Promise<SqliteDialect> {
  const { DatabaseSync } = await importSqlite()
  // Before SQLite makes it: its -wal and -shm files take over the permissions.
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
  const database = new DatabaseSync(path)
  try {
    database.exec(`pragma busy_timeout = ${busyMs}`)
    database.exec('pragma journal_mode = wal')
    // A key that somebody was shown must survive a power cut too; writes are rare.
    database.exec('pragma synchronous = full')
  } catch (cause) {
    database.close()
    throw cause
  }
  return new SqliteDialect({ database: adapt(database) })
}

const adapt = (database: DatabaseSync): SqliteDatabase => {
  const prepare = createStatements(database)
  return {
    close: () => database.close(),
    prepare(text) {
      // A full disk has ended the transaction by itself; the failure of ending it again would hide that.
      const isOver = text === 'rollback' && !database.isTransaction
      return adaptStatement(prepare(isOver ? 'select 1' : text))
    },
  }
}

/** Statements that are asked again and again: to prepare a long one costs as much as to run it. */
function createStatements(database: DatabaseSync): (text: string) => StatementSync {
  const kept = new Map<string, StatementSync>()
  return (text) => {
    const statement = kept.get(text) ?? database.prepare(text)
    kept.delete(text)
    kept.set(text, statement)
    if (kept.size > keptStatements) kept.delete(kept.keys().next().value!)
    return statement
  }
}

function adaptStatement(statement: StatementSync): SqliteStatement {
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[]
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  }
}
