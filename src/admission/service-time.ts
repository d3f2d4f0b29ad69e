/** Weight of the newest sample: about the last ten requests count. */
const weight = 0.2
/** A guess until something has finished. */
const firstGuessMs = 2000
/** Less makes clients hammer; the official OpenAI clients ignore waits of more than a minute. */
const shortestMs = 1000
const longestMs = 60_000

export type ServiceTime = {
  record(milliseconds: number): void
  /** How long somebody who comes now would wait for a place, given how many wait before. */
  estimateWaitMs(waiting: number, slots: number): number
}

/** A moving average of how long requests hold their place. */
export function createServiceTime(): ServiceTime {
  let averageMs: number | undefined
  return {
    record(milliseconds) {
      averageMs = averageMs === undefined ? milliseconds : averageMs + weight * (milliseconds - averageMs)
    },
    estimateWaitMs(waiting, slots) {
      const rounds = (waiting + 1) / slots
      const estimate = Math.round(rounds * (averageMs ?? firstGuessMs))
      return Math.min(longestMs, Math.max(shortestMs, estimate))
    },
  }
}
