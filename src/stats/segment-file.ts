import { closeSync, fstatSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { segmentPath } from './segments.ts'

const largestBytes = 4 * 1024 ** 2
/** What was taken over must not lie about for longer: the database has its own retention. */
const oldestMs = 3_600_000
const checkEveryMs = 1000

/** The file that is written to: one after another, each whole before the next begins. */
export type SegmentFile = {
  readonly number: number
  readonly size: number
  /** The next write begins another file, when this one is full, old or gone. */
  isDone(now: number): boolean
  /** Closes this file and begins the next. Throws where the disk does not let it. */
  next(now: number): void
  /** How many bytes went in; throws where none did. */
  write(bytes: Buffer): number
  close(): void
}

export function createSegmentFile(folder: string, run: string): SegmentFile {
  let descriptor: number | undefined
  let number = 0
  let size = 0
  let openedAt = 0
  let checkedAt = 0
  let hasFailed = false

  const close = () => {
    if (descriptor !== undefined) closeSync(descriptor)
    descriptor = undefined
  }
  /** Somebody has removed the folder: writing on would succeed, and nobody could read it. */
  const isGone = (now: number) => {
    if (descriptor === undefined || now - checkedAt < checkEveryMs) return false
    checkedAt = now
    return fstatSync(descriptor).nlink === 0
  }
  return {
    get number() {
      return number
    },
    get size() {
      return size
    },
    isDone: (now) =>
      descriptor === undefined ||
      (hasFailed && size > 0) ||
      size >= largestBytes ||
      now - openedAt > oldestMs ||
      isGone(now),
    next(now) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const opened = openSync(segmentPath(folder, run, number + 1), 'ax', 0o600)
      close()
      descriptor = opened
      number += 1
      size = 0
      openedAt = now
      hasFailed = false
    },
    write(bytes) {
      // One file may have reached its own limit; another may still grow.
      hasFailed = true
      const written = writeSync(descriptor!, bytes)
      hasFailed = false
      size += written
      return written
    },
    close,
  }
}
