import type { BenchResult } from './result.ts'

/** The load of a run in words; in a sweep it tells the levels apart. */
export const levelOf = ({ configuration: { arrivals, concurrency } }: BenchResult): string =>
  arrivals === null ? `concurrency ${concurrency}` : `${arrivals.rate} requests/s`

/** The same as a number: requests in flight or requests per second. */
export const loadOf = ({ configuration: { arrivals, concurrency } }: BenchResult): number =>
  arrivals?.rate ?? concurrency
