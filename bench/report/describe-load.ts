import type { BenchResult } from '../result.ts'

/** How load was offered, in words. */
export const describeLoad = ({ concurrency, arrivals, session }: BenchResult['configuration']): string => {
  if (arrivals === null) {
    return `closed loop, ${concurrency} ${session === undefined ? 'in flight' : describeSessions(session)}`
  }
  const { arrival, rate, burstiness, seed } = arrivals
  if (arrival === 'trace') {
    return `replay of a trace, ${rate} requests/s on average, at most ${concurrency} in flight`
  }
  const shape = arrival === 'gamma' ? `gamma(${burstiness})` : arrival
  const what = session === undefined ? 'requests/s' : `new sessions/s, ${describeSessions(session)}`
  return `open loop, ${rate} ${what}, ${shape} arrivals (seed ${seed}), at most ${concurrency} ${session === undefined ? 'in flight' : 'sessions at a time'}`
}

const describeSessions = ({
  turns,
  think_ms: think,
}: NonNullable<BenchResult['configuration']['session']>): string => {
  const [from, to] = think.map((time) => time / 1000) as [number, number]
  const pause = to === 0 ? '' : `, thinking ${from === to ? from : `${from}-${to}`} s`
  return `sessions of up to ${turns} turns${pause}`
}
