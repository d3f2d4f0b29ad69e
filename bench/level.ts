import type { BenchResult } from './result.ts'

/** The load of a run in words; in a sweep it tells the levels apart. */
export const levelOf = ({ configuration: { arrivals, concurrency } }: BenchResult): string =>
  arrivals === null ? `concurrency ${concurrency}` : `${arrivals.rate} requests/s`
