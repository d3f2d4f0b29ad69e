import type { BenchResult } from './result.ts'

/** A search jumps between loads; a reader wants them in their order. A list stays as it was given. */
export const inOrderOfLoad = (results: BenchResult[]): BenchResult[] =>
  results[0]?.sweep === undefined ? results : results.toSorted((left, right) => loadOf(left) - loadOf(right))

/** The load of a run in words; in a sweep it tells the levels apart. */
export const levelOf = ({ configuration: { arrivals, concurrency } }: BenchResult): string =>
  arrivals === null ? `concurrency ${concurrency}` : `${rateOf(arrivals)} requests/s`

const rateOf = ({ rate, ramp }: NonNullable<BenchResult['configuration']['arrivals']>): string =>
  ramp === undefined ? String(rate) : `${ramp.from} to ${ramp.to}`

/** The same as a number: requests in flight or requests per second. */
export const loadOf = ({ configuration: { arrivals, concurrency } }: BenchResult): number =>
  arrivals?.rate ?? concurrency
