/** How many requests were in flight, weighted by time. */
export type Occupancy = {
  /** L of Little's law, counted as requests went out and came back: independent of their own clocks. */
  mean: number
  /**
   * The same from the first dispatch, or the end of a ramp, to the last: while load was offered in full, and without
   * the end's running dry. Undefined where the ramp was never over.
   */
  meanWhileSending: number | undefined
  /** λW of Little's law: the sum of what the requests themselves say they took, over the same time. */
  byLatency: number
}

/** Threads that run at the same time: what is in flight adds up. */
export const joinOccupancies = (parts: Occupancy[]): Occupancy | undefined =>
  parts.length === 0
    ? undefined
    : {
        mean: sumOf(parts, 'mean'),
        meanWhileSending: parts.some((part) => part.meanWhileSending === undefined)
          ? undefined
          : sumOf(parts, 'meanWhileSending'),
        byLatency: sumOf(parts, 'byLatency'),
      }

const sumOf = (parts: Occupancy[], key: keyof Occupancy): number =>
  parts.reduce((sum, part) => sum + (part[key] ?? 0), 0)

export type OccupancyCounter = {
  enter(time: number): void
  leave(time: number, tookMs: number): void
  occupancy(): Occupancy | undefined
}

/** Times come in as numbers: it has no clock. `fullFrom`: when a ramp is over. */
export const createOccupancyCounter = (fullFrom = 0): OccupancyCounter => {
  let inFlight = 0
  let firstAt: number | undefined
  let lastAt = 0
  let area = 0
  let took = 0
  let lastEnter = { at: 0, area: 0 }
  let full: { at: number; area: number } | undefined

  const advance = (time: number): void => {
    if (full === undefined && time >= fullFrom) {
      const at = Math.max(fullFrom, lastAt)
      full = { at, area: area + inFlight * (at - lastAt) }
    }
    area += inFlight * (time - lastAt)
    lastAt = time
  }
  return {
    enter(time) {
      firstAt ??= lastAt = time
      advance(time)
      inFlight += 1
      lastEnter = { at: time, area }
    },
    leave(time, tookMs) {
      advance(time)
      inFlight -= 1
      took += tookMs
    },
    occupancy() {
      const whole = lastAt - (firstAt ?? 0)
      const since = full ?? lastEnter
      const ramped = fullFrom > (firstAt ?? 0)
      const sending = lastEnter.at - since.at
      if (firstAt === undefined || whole <= 0) return undefined
      return {
        mean: area / whole,
        meanWhileSending:
          sending > 0 ? (lastEnter.area - since.area) / sending : ramped ? undefined : area / whole,
        byLatency: took / whole,
      }
    },
  }
}
