import { expect, test } from 'vitest'
import { createRandom } from '../arrivals/random.ts'
import type { Sample } from '../record/samples.ts'
import { createLatency } from '../record/statistics.ts'
import { resultOf } from '../result.test-kit.ts'
import type { BenchResult } from '../result.ts'
import { mergeRuns } from './merge-runs.ts'

const files = ['a.json', 'b.json']
const startOf = (offsetMs: number): string => new Date(Date.parse('2026-01-02T03:04:05.000Z') + offsetMs).toISOString() // prettier-ignore

/** A run whose figures are made from its requests, as the recorder makes them. */
const runOf = (e2es: number[], changes: Partial<BenchResult> = {}): BenchResult => {
  const latency = createLatency()
  for (const e2e of e2es) latency.record(e2e)
  const samples = e2es.map((e2e, index): Sample => ({
    index,
    start: index * 100,
    end: index * 100 + e2e,
    e2e,
  }))
  const none = Object.fromEntries(Object.keys(resultOf().latency).map((name) => [name, null])) as BenchResult['latency'] // prettier-ignore
  const count = e2es.length
  return resultOf({
    started_at: startOf(0),
    duration_s: 10,
    samples,
    requests: { sent: count, succeeded: count, failed: 0, cancelled: 0 },
    tokens: { source: 'usage', output: 10 * count, prompt: count, cached_prompt: null },
    latency: { ...none, e2e: latency.summary()! },
    histograms: { e2e: latency.histogram()! },
    ...changes,
  })
}

const draw = (count: number, seed: number): number[] => {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => Math.round(1e6 * (20 + 400 * random() ** 4)) / 1e6)
}

test('percentiles are those of all requests together, not an average', () => {
  const [fast, slow] = [draw(900, 1), draw(100, 2).map((value) => value * 10)]
  const merged = mergeRuns([runOf(fast), runOf(slow, { started_at: startOf(1000) })], files, [])
  const all = createLatency()
  for (const value of [...fast, ...slow]) all.record(value)
  const { mean, ...exact } = all.summary()!
  expect(merged.latency.e2e).toMatchObject(exact)
  expect(merged.latency.e2e!.mean).toBeCloseTo(mean, 2)
  expect(merged.requests.succeeded).toBe(1000)
  // From the first start to the last end.
  expect(merged.duration_s).toBe(11)
  expect(merged.throughput).toEqual({
    requests_per_second: 90.909,
    output_tokens_per_second: 909.091,
    total_tokens_per_second: 1000,
  })
  expect(merged.merged_from).toHaveLength(2)
})

test('requests stand on one clock and are numbered anew', () => {
  const merged = mergeRuns([runOf([10, 10]), runOf([10], { started_at: startOf(50) })], files, [])
  const order = merged.samples.map(({ index, start, end }) => [index, start, end])
  expect(order).toEqual([[0, 0, 10], [1, 50, 60], [2, 100, 110]]) // prettier-ignore
})

test('the merged run is as good as its worst part, and keeps the gates', () => {
  const verdict = { status: 'INVALID' as const, reasons: ['late'], checks: [] }
  const gate = { expression: 'e2e_max>100', metric: 'e2e_max', limit: 100, actual: 50, passed: true }
  const parts = [runOf([50], { thresholds: [gate] }), runOf([150], { verdict, started_at: startOf(1) })]
  const merged = mergeRuns(parts, files, [])
  expect(merged.verdict).toMatchObject({ status: 'INVALID', reasons: ['b.json: late'] })
  expect(merged.thresholds).toMatchObject([{ actual: 150, passed: false }])
})

test.each([
  ['only one result', [runOf([1])]],
  ['differ in max_tokens (64 and 32)', [runOf([1]), runOf([1], { configuration: { ...resultOf().configuration, max_tokens: 32 } })]], // prettier-ignore
  ['a.json and b.json are the same run', [runOf([1]), runOf([1])]],
  ['only 50 % of the shortest run', [runOf([1]), runOf([1], { started_at: startOf(5000) })]],
  ['b.json has no histogram of e2e', [runOf([1]), runOf([1], { histograms: {}, started_at: startOf(1) })]],
  ['no request succeeded in b.json', [runOf([1]), runOf([1], { requests: { sent: 1, succeeded: 0, failed: 1, cancelled: 0 } })]], // prettier-ignore
  ['b.json is merged already', [runOf([1]), runOf([1], { merged_from: [] })]],
])('refused: %s', (reason, runs) => {
  expect(() => mergeRuns(runs, files, [])).toThrow(reason)
})

test('a histogram that is none is refused', () => {
  const broken = runOf([1], { histograms: { e2e: 'HISTnonsense' }, started_at: startOf(1) })
  expect(() => mergeRuns([runOf([1]), broken], files, [])).toThrow('a histogram that cannot be read')
})

test('a ramp to a rate is the sum of those that ran beside each other, and what cooled down is counted apart', () => {
  const { configuration } = resultOf()
  const ramp = { strategy: 'linear' as const, from: 1, to: 10 }
  const arrivals = { arrival: 'poisson' as const, rate: 10, burstiness: 1, ramp_up_s: null, ramp, seed: 1 }
  const part = (seed: number, changes: Partial<BenchResult> = {}): BenchResult =>
    runOf(draw(40, seed), {
      configuration: {
        ...configuration,
        mode: 'open',
        arrivals,
        prompts: { ...configuration.prompts, seed, nonce: `run ${seed}` },
      },
      started_at: startOf(seed),
      cool_down: { sent: seed },
      ...changes,
    })
  const merged = mergeRuns([part(3), part(4)], files, [])
  expect(merged.configuration.arrivals).toMatchObject({ rate: 20, ramp: { strategy: 'linear', from: 2, to: 20 } }) // prettier-ignore
  expect(merged.cool_down).toEqual({ sent: 7 })
  expect(merged.steady.reason).toContain('--ramp-up-strategy')
  const other = { ...arrivals, ramp: { ...ramp, strategy: 'exponential' as const } }
  expect(() => mergeRuns([part(3), part(4, { configuration: { ...configuration, mode: 'open', arrivals: other } })], files, [])).toThrow('the ramp (linear and exponential)') // prettier-ignore
})
