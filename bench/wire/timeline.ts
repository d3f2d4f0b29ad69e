/** When output arrived in one answer, to read. */
export type ReadTimeline = {
  /** Reads, those beyond the capacity included. */
  readonly reads: number
  readonly first: number
  readonly last: number
  forEachGap(visit: (milliseconds: number) => void): void
  /** From the server's own stamp of each event to its arrival; none where the server does not stamp. */
  forEachDelay(visit: (milliseconds: number) => void): void
}

/**
 * When output arrived in one answer: one time per socket read that completed at least one event with output.
 * Events that share a read share its time, because that is when they reached us.
 */
export type Timeline = ReadTimeline & {
  push(time: number): void
  delay(milliseconds: number): void
  clear(): void
}

const initialCapacity = 1024
/** 256 KiB per slot; no answer of ordinary length comes near. Gaps and delays beyond it are not kept. */
export const maxCapacity = 32_768

type Numbers = { readonly count: number; at(index: number): number; push(value: number): void; clear(): void }

/** Grows by doubling, and keeps what it has grown to. */
const createNumbers = (): Numbers => {
  let values = new Float64Array(initialCapacity)
  let count = 0
  return {
    get count() {
      return count
    },
    at: (index) => values[index]!,
    push(value) {
      if (count === maxCapacity) return
      if (count === values.length) {
        const grown = new Float64Array(values.length * 2)
        grown.set(values)
        values = grown
      }
      values[count] = value
      count += 1
    },
    clear: () => void (count = 0),
  }
}

/** One per slot and used again for each request, so that a token in flight costs no allocation. */
export const createTimeline = (): Timeline => {
  const times = createNumbers()
  // Most servers do not stamp: the room is made when the first one does.
  let delays: Numbers | undefined
  let reads = 0
  let first = Number.NaN
  let last = Number.NaN

  return {
    get reads() {
      return reads
    },
    get first() {
      return first
    },
    get last() {
      return last
    },
    push(time) {
      if (reads === 0) first = time
      last = time
      times.push(time)
      reads += 1
    },
    delay(milliseconds) {
      delays ??= createNumbers()
      delays.push(milliseconds)
    },
    forEachGap(visit) {
      for (let index = 1; index < times.count; index += 1) visit(times.at(index) - times.at(index - 1))
    },
    forEachDelay(visit) {
      for (let index = 0; index < (delays?.count ?? 0); index += 1) visit(delays!.at(index))
    },
    clear() {
      times.clear()
      delays?.clear()
      reads = 0
      first = Number.NaN
      last = Number.NaN
    },
  }
}
