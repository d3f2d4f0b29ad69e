import { mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { pino } from 'pino'
import type { LogLevel, Logger } from '../log.ts'
import { createLog } from '../log.ts'

const maxBytes = 20 * 1024 ** 2
const checkEveryMs = 60_000

/** The background daemon's log: JSON lines in one file, of which one older part is kept. */
export function createLogFile(path: string, level: LogLevel): Logger {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  rotate(path)
  const destination = pino.destination({ dest: path, append: true, mode: 0o600, sync: false, minLength: 0 })
  setInterval(() => {
    if (rotate(path)) destination.reopen()
  }, checkEveryMs).unref()
  process.once('exit', () => destination.flushSync())
  return createLog(level, destination)
}

function rotate(path: string): boolean {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) < maxBytes) return false
  renameSync(path, `${path}.1`)
  return true
}
