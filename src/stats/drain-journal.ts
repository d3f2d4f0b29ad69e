import { rmSync } from 'node:fs'
import type { Store } from '../store/open-store.ts'
import { isDataFault } from './data-fault.ts'
import { decodeLine } from './ledger-line.ts'
import { readLines } from './read-lines.ts'
import { listSegments, segmentSize, type Segment } from './segments.ts'
import { forgetPlace, readPlace, takeOver, type Place } from './take-over.ts'

const batchRows = 2000

export type DrainOptions = {
  store: Store
  folder: string
  /** The run that is being written; its last file stays. */
  run: string
  /** False: only totals and events. */
  keepsRows: boolean
  /** So many bytes of the journal are done with. */
  onTaken(bytes: number, rows: number): void
  /** Lines that could not be read, or that the database refused. */
  onDamaged(lines: number, reason: string): void
}

export type Drain = {
  /** Takes one batch over. False: there is nothing left but what is being written. */
  step(): Promise<boolean>
  /** Where reading goes on, in the run that is being written. */
  place(): Place | undefined
}

/** Reads the journal, oldest first, and deletes files that are taken over and written no more. */
export function createDrain(options: DrainOptions): Drain {
  const { store, folder, run } = options
  const places = new Map<string, Place | undefined>()
  const take = createTaking(options)
  const findPlace = async (name: string) => {
    if (!places.has(name)) places.set(name, await readPlace(store, name))
    return places.get(name)
  }
  return {
    place: () => places.get(run),
    async step() {
      const segments = listSegments(folder)
      // Ours last, whatever the clock said then: once a line of ours is taken over, so is all that was left behind.
      segments.sort((one, other) => Number(one.run === run) - Number(other.run === run))
      for (const [index, segment] of segments.entries()) {
        const from = await findPlace(segment.run)
        const isTaken = from !== undefined && from.segment > segment.number
        const to = isTaken ? undefined : await take(segment, from)
        if (to) {
          places.set(segment.run, to)
          return true
        }
        const isLast = segments[index + 1]?.run !== segment.run
        if (isLast && segment.run === run) continue
        // What remains is a line that was cut off when its daemon was killed.
        const rest = isTaken ? 0 : segmentSize(segment) - offsetIn(segment, from)
        rmSync(segment.path, { force: true })
        options.onTaken(rest, 0)
        if (isLast) await forgetPlace(store, segment.run)
      }
      return false
    },
  }
}

const offsetIn = ({ number }: Segment, place: Place | undefined): number =>
  place?.segment === number ? place.offset : 0

/** One batch; gives the place after it, undefined where there is nothing to take. */
function createTaking({ store, keepsRows, onTaken, onDamaged }: DrainOptions) {
  /** After a line that the database refused: one at a time, until that one is found. */
  let most = batchRows
  return async function take(segment: Segment, from: Place | undefined): Promise<Place | undefined> {
    const offset = offsetIn(segment, from)
    const { lines, bytes } = readLines(segment.path, offset, most)
    if (bytes === 0) return undefined
    const entries = lines.flatMap((line) => decodeLine(line) ?? [])
    const batch = { run: segment.run, from, to: { segment: segment.number, offset: offset + bytes }, entries }
    try {
      await takeOver(store, batch, keepsRows)
      most = Math.min(batchRows, most * 2)
    } catch (cause) {
      if (!isDataFault(cause)) throw cause
      if (most > 1) {
        most = 1
        return take(segment, from)
      }
      await takeOver(store, { ...batch, entries: [] }, keepsRows)
      onDamaged(1, (cause as Error).message)
    }
    if (entries.length < lines.length) onDamaged(lines.length - entries.length, 'not readable')
    onTaken(bytes, lines.length)
    return batch.to
  }
}
