import { expect, test } from 'vitest'
import type { Sample } from '../record/samples.ts'
import { findSteady, type SteadySearch } from './find-steady.ts'
import { describeSteady } from './steady-figures.ts'
import { viewSteady } from './steady-view.ts'
import { synthesize, type Synthetic } from './steady.test-kit.ts'
import { resultOf } from '../result.test-kit.ts'

const runs = 100
const search = (wanted: Omit<Synthetic, 'seed'>): SteadySearch[] =>
  Array.from({ length: runs }, (_, seed) => findSteady(synthesize({ ...wanted, seed: seed + 1 })))
const absent = (found: SteadySearch[]): number => found.filter((one) => 'reason' in one).length
const windows = (found: SteadySearch[]) => found.flatMap((one) => ('window' in one ? [one.window] : []))
const median = (values: number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!
/** When the request at this share of the run was sent, and when the last one was. */
const timesOf = (share: number, wanted: Omit<Synthetic, 'seed'>): [number, number] => {
  const starts = synthesize({ ...wanted, seed: 1 }).map(({ start }) => start)
  const sorted = starts.toSorted((left, right) => left - right)
  return [sorted[Math.floor(share * sorted.length)]!, sorted.at(-1)!]
}

test.each([100, 400, 2000])(
  'a run of %i requests that keeps its level is steady: false alarms',
  (requests) => {
    const found = search({ requests })
    expect(absent(found)).toBeLessThanOrEqual(0.02 * runs)
    // And little of it is thrown away.
    const lengths = windows(found).map(({ from, to }) => to - from)
    expect(median(lengths)).toBeGreaterThan(0.95 * timesOf(0, { requests })[1])
  },
)

test.each([
  ['begins slowly', (share: number) => (share < 0.1 ? 2 : 1), 0.1, 'from'],
  ['ends slowly', (share: number) => (share > 0.85 ? 2 : 1), 0.85, 'to'],
] as const)('a run that %s is cut there', (_, level, share, side) => {
  const wanted = { requests: 400, level }
  const found = search(wanted)
  expect(absent(found)).toBeLessThanOrEqual(0.02 * runs)
  const [changed, end] = timesOf(share, wanted)
  expect(Math.abs(median(windows(found).map((window) => window[side])) - changed)).toBeLessThan(0.05 * end)
})

test.each([
  ['drops by half', (share: number) => (share > 0.5 ? 2 : 1)],
  ['is 30 % slower from 60 % on', (share: number) => (share > 0.6 ? 1.3 : 1)],
  ['drifts by 40 %', (share: number) => 1 + 0.4 * share],
])('a run that %s has no steady state, and the reason says so', (_, level) => {
  const found = search({ requests: 2000, level })
  expect(absent(found)).toBeGreaterThanOrEqual(0.9 * runs)
  const reasons = found.flatMap((one) => ('reason' in one ? [one.reason] : []))
  expect(reasons.filter((reason) => /(fell|rose) by \d+ %|is left when/.test(reason))).toHaveLength(
    reasons.length,
  )
})

test('too little to tell', () => {
  expect(findSteady([])).toEqual({ reason: '0 answers are too few to tell (60 needed)' })
  const atOnce = Array.from({ length: 80 }, (_, index): Sample => ({
    index,
    start: 0,
    end: 10 + index,
    e2e: 10,
  }))
  expect(findSteady(atOnce)).toEqual({ reason: 'all requests were sent at once' })
  const failing = synthesize({ seed: 1, requests: 200 }).map((sample) => ({ ...sample, error: 'http_500' }))
  expect(findSteady(failing)).toMatchObject({ reason: expect.stringContaining('0 answers') })
})

test('figures of the window are those of the level, whatever the beginning was', () => {
  const samples = synthesize({ seed: 5, requests: 1000, level: (share) => (share < 0.08 ? 3 : 1) })
  const { found } = describeSteady(samples, true)
  // Eight at a time of 408 ms each (the mean of the log-normal distribution), 50 tokens an answer.
  expect(found!.throughput.requests_per_second).toBeGreaterThan(18.6)
  expect(found!.throughput.requests_per_second).toBeLessThan(20.6)
  expect(found!.throughput.output_tokens_per_second! / found!.throughput.requests_per_second).toBeCloseTo(
    50,
    0,
  )
  expect(found!.latency.e2e!.p50).toBeGreaterThan(380)
  expect(found!.latency.e2e!.p50).toBeLessThan(420)
  expect(found!.latency.tpot!.p50).toBeCloseTo((found!.latency.e2e!.p50 * 0.8) / 49, 0)
  expect(describeSteady(samples, false).found!.throughput.output_tokens_per_second).toBeNull()
})

test('--steady shows the window in place of the whole, and nothing that was not measured in it', () => {
  const steady = describeSteady(synthesize({ seed: 5, requests: 400 }), true)
  const whole = resultOf({ steady })
  const view = viewSteady(whole)
  expect(view.latency.e2e).toEqual(steady.found!.latency.e2e)
  expect([view.latency.itl, view.throughput.total_tokens_per_second]).toEqual([null, null])
  expect(view.notes[0]).toContain('steady state, from')
  expect(whole.latency.itl).not.toBeNull()
  expect(viewSteady(resultOf())).toEqual(resultOf())
})
