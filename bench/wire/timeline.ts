/**
 * When output arrived in one answer: one time per socket read that completed at least one event with output.
 * Events that share a read share its time, because that is when they reached us.
 */
export type Timeline = {
  /** Reads, those beyond the capacity included. */
  readonly reads: number
  readonly first: number
  readonly last: number
  push(time: number): void
  forEachGap(visit: (milliseconds: number) => void): void
  clear(): void
}

const initialCapacity = 1024
/** 256 KiB per slot; no answer of ordinary length comes near. Gaps beyond it are not kept. */
const maxCapacity = 32_768

/** One per slot and used again for each request, so that a token in flight costs no allocation. */
export const createTimeline = (): Timeline => {
  let times = new Float64Array(initialCapacity)
  let reads = 0
  let first = Number.NaN
  let last = Number.NaN

  const push = (time: number): void => {
    if (reads === 0) first = time
    last = time
    if (reads === times.length && reads < maxCapacity) {
      const grown = new Float64Array(times.length * 2)
      grown.set(times)
      times = grown
    }
    if (reads < times.length) times[reads] = time
    reads += 1
  }

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
    push,
    forEachGap(visit) {
      const kept = Math.min(reads, times.length)
      for (let index = 1; index < kept; index += 1) visit(times[index]! - times[index - 1]!)
    },
    clear() {
      reads = 0
      first = Number.NaN
      last = Number.NaN
    },
  }
}
