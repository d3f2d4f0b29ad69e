import type { Random } from '../arrivals/random.ts'
import { resultOf } from '../result.test-kit.ts'
import type { BenchResult } from '../result.ts'
import { levelsOf } from './describe-sweep.ts'
import { nextLevel } from './next-level.ts'
import type { SweepGoal } from './sweep-goal.ts'

export type Tally = { good: number; ended: number; samples?: BenchResult['samples'] }

export const goalOf = (changes: Partial<SweepGoal> = {}): SweepGoal => ({
  goodput_share: 0.95,
  from: 1,
  to: 256,
  whole: true,
  ...changes,
})

/** A run at a load, with what was counted in it. */
export const runAt = (load: number, goal: SweepGoal, { good, ended, samples = [] }: Tally): BenchResult => {
  const { configuration } = resultOf()
  const arrivals = { arrival: 'poisson' as const, rate: load, burstiness: 1, ramp_up_s: null, seed: 1 }
  return resultOf({
    sweep: goal,
    configuration: goal.whole
      ? { ...configuration, concurrency: load }
      : { ...configuration, mode: 'open', concurrency: 4096, arrivals },
    requests: { sent: ended, succeeded: ended, failed: 0, cancelled: 0 },
    goodput: { limits: { e2e: 1 }, good, share: good / ended, requests_per_second: good },
    samples,
  })
}

/** A whole search, which ends by itself. */
export const search = (goal: SweepGoal, measure: (load: number) => Tally): BenchResult[] => {
  const results: BenchResult[] = []
  while (results.length < 80) {
    const step = nextLevel(levelsOf(results), goal)
    if ('done' in step) return results
    results.push(runAt(step.measure, goal, measure(step.measure)))
  }
  throw new Error('the search does not end')
}

/**
 * A queue with known capacity: `servers` work at a time, each request for an exponential time of mean 1, in a closed
 * loop. A request keeps the limit when it takes no more than 5.
 */
export const simulate = (servers: number, requests: number, random: Random) => {
  const limit = 5
  return (load: number): Tally => {
    const free = Array.from({ length: servers }, () => 0)
    const ready = Array.from({ length: load }, () => 0)
    const samples: BenchResult['samples'] = []
    for (let sent = 0; sent < requests; sent += 1) {
      const client = ready.indexOf(Math.min(...ready))
      const server = free.indexOf(Math.min(...free))
      const start = ready[client]!
      const end = Math.max(start, free[server]!) - Math.log(1 - random())
      samples.push({ index: sent, start, end, e2e: end - start, good: end - start <= limit })
      free[server] = ready[client] = end
    }
    return { good: samples.filter(({ good }) => good).length, ended: requests, samples }
  }
}
