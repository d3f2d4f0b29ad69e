/** Weight of the newest sample: about the last ten requests count. */
const weight = 0.2
/** A guess until something has finished. */
const firstGuessMs = 2000
/** Nobody is refused by an estimate that rests on fewer requests. */
const leastSamples = 5
/** Less makes clients hammer; the official OpenAI clients ignore waits of more than a minute. */
const shortestMs = 1000
const longestMs = 60_000

export type WaitEstimate = {
  expectedMs: number
  /** The same as an advice when to come back. */
  adviceMs: number
}

export type ServiceTime = {
  /** Slots times milliseconds that a request has had. */
  record(slotMs: number): void
  /** How long somebody at this place would wait for his turn. */
  estimate(place: number, slots: number): WaitEstimate
  /** The last place whose turn comes within that time; infinite while too little is known. */
  lastPlaceWithin(ms: number, slots: number): number
}

/** A moving average of how long requests hold their place. */
export function createServiceTime(): ServiceTime {
  let average: number | undefined
  let samples = 0
  return {
    record(slotMs) {
      samples += 1
      average = average === undefined ? slotMs : average + weight * (slotMs - average)
    },
    estimate(place, slots) {
      const expectedMs = Math.round((place / slots) * (average ?? firstGuessMs))
      return { expectedMs, adviceMs: Math.min(longestMs, Math.max(shortestMs, expectedMs)) }
    },
    lastPlaceWithin(ms, slots) {
      if (samples < leastSamples || !average) return Number.POSITIVE_INFINITY
      return Math.floor((ms * slots) / average)
    },
  }
}
