import { statSync } from 'node:fs'
import { getBuiltinModule } from 'node:process'

/** Nobody may wait: the event loop does. */
const busyMs = 200

/**
 * Whether an SQLite file has keys, at once and without the schema being brought up to date. A file that is not there
 * has none; `unreadable` says that nobody knows: it is locked, corrupt, or closed to us.
 */
export function holdsKeys(path: string): boolean | 'unreadable' {
  const { DatabaseSync } = getBuiltinModule('node:sqlite')
  let database
  try {
    if (!statSync(path, { throwIfNoEntry: false })) return false
    database = new DatabaseSync(path, { readOnly: true })
    database.exec(`pragma busy_timeout = ${busyMs}`)
    return database.prepare('select 1 from api_keys limit 1').get() !== undefined
  } catch (cause) {
    // A database, but one that nobody has brought up to date yet.
    return /no such table: api_keys/.test((cause as Error).message) ? false : 'unreadable'
  } finally {
    database?.close()
  }
}
