import { getBuiltinModule } from 'node:process'

/** Nobody may wait: the event loop does. */
const busyMs = 200

/** Whether an SQLite file has keys, at once and without the schema being brought up to date. False: or it cannot be read. */
export function holdsKeys(path: string): boolean {
  const { DatabaseSync } = getBuiltinModule('node:sqlite')
  let database
  try {
    database = new DatabaseSync(path)
    database.exec(`pragma busy_timeout = ${busyMs}`)
    return database.prepare('select 1 from api_keys limit 1').get() !== undefined
  } catch {
    return false
  } finally {
    database?.close()
  }
}
