import { randomBytes } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** One file of the journal. `run` is new at every start of a daemon, so no file ever goes on where another ended. */
export type Segment = { run: string; number: number; path: string }

const pattern = /^(\d{13}-[0-9a-f]{8})\.(\d{6,15})\.jsonl$/

export const createRunName = (now: number): string =>
  `${String(now).padStart(13, '0')}-${randomBytes(4).toString('hex')}`

export const segmentPath = (folder: string, run: string, number: number): string =>
  join(folder, `${run}.${String(number).padStart(6, '0')}.jsonl`)

/** Oldest first; none where there is no folder. */
export function listSegments(folder: string): Segment[] {
  return readNames(folder)
    .flatMap((name) => {
      const [, run, number] = pattern.exec(name) ?? []
      return run === undefined ? [] : [{ run, number: Number(number), path: join(folder, name) }]
    })
    .sort((one, other) => (one.run === other.run ? one.number - other.number : one.run < other.run ? -1 : 1))
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw cause
  }
}

export const segmentSize = ({ path }: Segment): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
