import { expect, test } from 'vitest'
import { createRandom, type Random } from '../arrivals/random.ts'
import type { Sample } from '../record/samples.ts'
import { compareRuns } from './compare-runs.ts'

const drawNormal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** Log-normal latencies with a spread of 40 %, whose slow moments last (each follows the last one by 0.3). */
const drawRun = (count: number, seed: number, slower = 1): Sample[] => {
  const random = createRandom(seed)
  const wander = () => {
    let last = drawNormal(random)
    return () => (last = 0.3 * last + Math.sqrt(1 - 0.09) * drawNormal(random))
  }
  const [first, rest] = [wander(), wander()]
  return Array.from({ length: count }, (_, index) => {
    const ttft = 200 * Math.exp(0.4 * first()) * slower
    return {
      index,
      start: index,
      end: index,
      ttft,
      e2e: ttft + 1000 * Math.exp(0.4 * rest()) * slower,
      output_tokens: 51,
    }
  })
}
const outcomes = (rounds: number, count: number, slower: number) =>
  Array.from(
    { length: rounds },
    (_, round) => compareRuns(drawRun(count, 2 * round), drawRun(count, 2 * round + 1, slower), 0.05).outcome,
  )
const share = (list: string[], outcome: string) => list.filter((one) => one === outcome).length / list.length

test('200 comparisons of identical runs of 100 requests: at most 2 % fail', () => {
  expect(share(outcomes(200, 100, 1), 'fail')).toBeLessThanOrEqual(0.02)
})

test('a true slowdown by 10 % at 1,000 requests is found in at least 95 %', () => {
  expect(share(outcomes(40, 1000, 1.1), 'fail')).toBeGreaterThanOrEqual(0.95)
})

test('identical long runs pass, and a faster one too', () => {
  expect(compareRuns(drawRun(20_000, 1), drawRun(20_000, 2), 0.05).outcome).toBe('pass')
  expect(compareRuns(drawRun(2000, 1), drawRun(2000, 2, 0.8), 0.05).outcome).toBe('pass')
})

test('few requests: no verdict, and how many are missing', () => {
  const { outcome, metrics } = compareRuns(drawRun(20, 1), drawRun(20, 2, 2), 0.05)
  expect(outcome).toBe('inconclusive')
  for (const { missing } of metrics.slice(0, 6)) expect(missing).toBeGreaterThanOrEqual(10)
  expect(metrics.map(({ metric }) => metric)).toEqual([
    'ttft_p50', 'ttft_p95', 'tpot_p50', 'tpot_p95', 'e2e_p50', 'e2e_p95', 'error_rate',
  ]) // prettier-ignore
})

test('metrics that one run lacks are left out; that both failed alike says nothing', () => {
  const whole = drawRun(50, 1).map(({ ttft: _ttft, ...sample }) => sample)
  const names = compareRuns(whole, drawRun(50, 2), 0.05).metrics.map(({ metric }) => metric)
  expect(names).toEqual(['e2e_p50', 'e2e_p95', 'error_rate'])
  const failed = drawRun(50, 1).map((sample) => ({ ...sample, error: 'timeout' }))
  expect(compareRuns(failed, failed, 0.05)).toMatchObject({
    outcome: 'inconclusive',
    metrics: [{ metric: 'error_rate', before: 1, after: 1, outcome: 'pass' }],
  })
  expect(compareRuns([], [], 0.05)).toEqual({ outcome: 'inconclusive', metrics: [] })
})

/** Failures of a share of the requests, each lasting for some neighbours. */
const fail = (run: Sample[], rate: number, seed: number, error = 'http_503'): Sample[] => {
  const random = createRandom(seed)
  let left = 0
  return run.map((sample) => {
    left = random() < rate / 3 ? 3 : left - 1
    return left > 0 ? { ...sample, error } : sample
  })
}

test('a run with more failures fails, however fast its successes are', () => {
  const { outcome, metrics } = compareRuns(drawRun(1000, 1), fail(drawRun(1000, 2, 0.5), 0.1, 3), 0.05)
  expect(outcome).toBe('fail')
  expect(metrics.filter((metric) => metric.outcome === 'fail').map(({ metric }) => metric)).toEqual([
    'error_rate',
  ])
  expect(metrics.at(-1)).toMatchObject({ unit: 'share', before: 0, estimate: metrics.at(-1)!.after })
  const cancelled = compareRuns(drawRun(1000, 1), fail(drawRun(1000, 1), 0.1, 3, 'cancelled'), 0.05)
  expect(cancelled.metrics.at(-1)).toMatchObject({ metric: 'error_rate', after: 0, outcome: 'pass' })
})

test('runs that fail equally often are seldom told apart', () => {
  const rounds = Array.from({ length: 200 }, (_, round) => {
    const [left, right] = [fail(drawRun(100, 1), 0.05, 2 * round), fail(drawRun(100, 1), 0.05, 2 * round + 1)]
    return compareRuns(left, right, 0.05).metrics.at(-1)!.outcome
  })
  expect(share(rounds, 'fail')).toBeLessThanOrEqual(0.02)
})

test('answers that came in a single read have no TPOT, as in the report, and no figure is NaN', () => {
  const atOnce = (samples: Sample[]) =>
    samples.map((sample, index) => (index % 2 === 0 ? { ...sample, e2e: sample.ttft! } : sample))
  const { metrics } = compareRuns(atOnce(drawRun(100, 1)), atOnce(drawRun(100, 2)), 0.05)
  const tpot = metrics.find(({ metric }) => metric === 'tpot_p50')!
  expect(tpot.before).toBeGreaterThan(10)
  for (const { estimate, lower, upper } of metrics) {
    expect([estimate, lower, upper].every(Number.isFinite)).toBe(true)
  }
})
