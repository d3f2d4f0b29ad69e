import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../errors.ts'
import { importSqlite } from '../../import-sqlite.ts'

const lookEveryMs = 250

/**
 * Runs `action` while no other process, nor another caller in this one, runs it for the same path. The lock is
 * the operating system's own on an SQLite file: it goes with its process, kill -9 included.
 */
export async function withLock<T>(
  path: string,
  { signal, onWait }: { signal: AbortSignal; onWait(): void },
  action: () => Promise<T>,
): Promise<T> {
  for (;;) {
    const lock = await tryLock(path)
    if (!lock) {
      onWait()
      await delay(lookEveryMs, undefined, { signal })
      continue
    }
    try {
      return await action()
    } finally {
      lock.close()
    }
  }
}

async function tryLock(path: string) {
  const { DatabaseSync } = await importSqlite()
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return database
  } catch (cause) {
    database.close()
    if (/locked|busy/i.test((cause as Error).message)) return undefined
    throw new AppError('internal_error', `${path} cannot be locked: ${(cause as Error).message}`, { cause })
  }
}
