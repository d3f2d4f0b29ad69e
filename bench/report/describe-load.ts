import type { BenchResult } from '../result.ts'

/** How load was offered, in words. */
export const describeLoad = ({
  concurrency,
  arrivals,
  session,
  ramp_up_s: ramp,
}: BenchResult['configuration']): string => {
  const after = ramp === undefined ? '' : `, begun over ${ramp} s`
  if (session !== undefined) {
    const [from, to] = session.think_ms.map((time) => time / 1000) as [number, number]
    const think = to === 0 ? '' : `, thinking ${from === to ? from : `${from}-${to}`} s`
    return `closed loop, ${concurrency} sessions of up to ${session.turns} turns${think}${after}`
  }
  if (arrivals === null) return `closed loop, ${concurrency} in flight${after}`
  const { arrival, rate, burstiness, seed, ramp: whole, ramp_up_s: grown } = arrivals
  if (arrival === 'trace') {
    return `replay of a trace, ${rate} requests/s on average, at most ${concurrency} in flight`
  }
  const shape = arrival === 'gamma' ? `gamma(${burstiness})` : arrival
  const rates = whole === undefined ? `${rate}` : `from ${whole.from} to ${whole.to} (${whole.strategy})`
  const from = grown === null ? '' : ` after ${grown} s of ramp`
  return `open loop, ${rates} requests/s${from}, ${shape} arrivals (seed ${seed}), at most ${concurrency} in flight`
}
