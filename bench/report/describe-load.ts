import type { BenchResult } from '../result.ts'

/** How load was offered, in words. */
export const describeLoad = ({ concurrency, arrivals }: BenchResult['configuration']): string => {
  if (arrivals === null) return `closed loop, ${concurrency} in flight`
  const { arrival, rate, burstiness, seed } = arrivals
  const shape = arrival === 'gamma' ? `gamma(${burstiness})` : arrival
  return `open loop, ${rate} requests/s, ${shape} arrivals (seed ${seed}), at most ${concurrency} in flight`
}
