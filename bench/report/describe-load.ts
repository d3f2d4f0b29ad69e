import type { BenchResult } from '../result.ts'

/** How load was offered, in words. */
export const describeLoad = ({ concurrency, arrivals, session }: BenchResult['configuration']): string => {
  if (session !== undefined) {
    const [from, to] = session.think_ms.map((time) => time / 1000) as [number, number]
    const think = to === 0 ? '' : `, thinking ${from === to ? from : `${from}-${to}`} s`
    return `closed loop, ${concurrency} sessions of up to ${session.turns} turns${think}`
  }
  if (arrivals === null) return `closed loop, ${concurrency} in flight`
  const { arrival, rate, burstiness, seed } = arrivals
  if (arrival === 'trace') {
    return `replay of a trace, ${rate} requests/s on average, at most ${concurrency} in flight`
  }
  const shape = arrival === 'gamma' ? `gamma(${burstiness})` : arrival
  return `open loop, ${rate} requests/s, ${shape} arrivals (seed ${seed}), at most ${concurrency} in flight`
}
