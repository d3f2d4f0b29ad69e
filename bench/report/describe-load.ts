import type { BenchResult } from '../result.ts'

/** How load was offered, in words. */
export const describeLoad = ({
  concurrency,
  arrivals,
  session,
  ramp_up_s: ramp,
}: BenchResult['configuration']): string => {
  if (arrivals === null) {
    const begun = ramp === undefined ? '' : `, begun over ${ramp} s`
    return `closed loop, ${concurrency} ${session === undefined ? 'in flight' : describeSessions(session)}${begun}`
  }
  const { arrival, rate, burstiness, seed, ramp: whole, ramp_up_s: grown } = arrivals
  if (arrival === 'trace') {
    return `replay of a trace, ${rate} requests/s on average, at most ${concurrency} in flight`
  }
  const shape = arrival === 'gamma' ? `gamma(${burstiness})` : arrival
  const rates = whole === undefined ? `${rate}` : `from ${whole.from} to ${whole.to} (${whole.strategy})`
  const what = session === undefined ? 'requests/s' : `new sessions/s, ${describeSessions(session)}`
  const from = grown === null ? '' : ` after ${grown} s of ramp`
  return `open loop, ${rates} ${what}${from}, ${shape} arrivals (seed ${seed}), at most ${concurrency} ${session === undefined ? 'in flight' : 'sessions at a time'}`
}

const describeSessions = ({
  turns,
  think_ms: think,
}: NonNullable<BenchResult['configuration']['session']>): string => {
  const [from, to] = think.map((time) => time / 1000) as [number, number]
  const pause = to === 0 ? '' : `, thinking ${from === to ? from : `${from}-${to}`} s`
  return `sessions of up to ${turns} turns${pause}`
}
