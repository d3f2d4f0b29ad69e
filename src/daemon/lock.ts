import { AppError } from '../errors.ts'
import { importSqlite } from '../import-sqlite.ts'

export type Lock = { release(): void }

/**
 * One daemon per state folder. The lock is the operating system's own lock on an SQLite file, so it goes with
 * its process, kill -9 included: there is no stale lock to detect and no process id to mistake.
 * Rejects with `conflict` when another process holds it.
 */
export async function acquireLock(path: string): Promise<Lock> {
  const { DatabaseSync } = await importSqlite()
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (cause) {
    database.close()
    if (!/locked|busy/i.test((cause as Error).message)) {
      throw new AppError('internal_error', `${path} cannot be locked: ${(cause as Error).message}`, { cause })
    }
    throw new AppError(
      'conflict',
      `another sluice daemon is running on this state folder (it holds ${path})`,
      { cause },
    )
  }
  return { release: () => database.close() }
}
