import type { ServerTimings } from '../wire/attempt.ts'
import { round } from './statistics.ts'

const parts = ['queue', 'prefill', 'decode'] as const

/** Means of the server's own figures, in milliseconds, over the answers that had them. */
export type TimingMeans = Partial<Record<(typeof parts)[number], number>>

export const createTimingTally = (): {
  add(timings: ServerTimings | undefined): void
  means(): TimingMeans
} => {
  const sums = { queue: 0, prefill: 0, decode: 0 }
  const counts = { queue: 0, prefill: 0, decode: 0 }
  return {
    add(timings) {
      for (const part of parts) {
        const value = timings?.[part]
        if (value === undefined) continue
        sums[part] += value
        counts[part] += 1
      }
    },
    means: () =>
      Object.fromEntries(
        parts.filter((part) => counts[part] > 0).map((part) => [part, round(sums[part] / counts[part])]),
      ),
  }
}
