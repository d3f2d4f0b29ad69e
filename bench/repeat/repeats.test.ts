import { expect, test } from 'vitest'
import { createRandom } from '../arrivals/random.ts'
import { compareRepeats } from '../compare/compare-repeats.ts'
import { welchChange } from '../compare/welch.ts'
import type { Load } from '../options.ts'
import type { BenchResult } from '../result.ts'
import { resultOf } from '../result.test-kit.ts'
import { evaluateThresholds, parseThreshold } from '../thresholds.ts'
import { describeRepeats, isRepeated } from './describe-repeats.ts'
import { judgeRepeats } from './judge-repeats.ts'
import { createRepeatPlan } from './repeat-plan.ts'
import { renderRepeats } from './render-repeats.ts'

const base = resultOf()
const runOf = (run: number, ttft: number, concurrency = 4): BenchResult =>
  resultOf({
    repeat: { run, of: 3 },
    configuration: { ...base.configuration, concurrency },
    latency: { ...base.latency, ttft: { ...base.latency.ttft!, p99: ttft } },
  })

test('all loads once, then all again', () => {
  const loads: Load[] = [1, 4].map((concurrency) => ({ mode: 'closed', concurrency, requests: 1 }))
  const plan = createRepeatPlan(loads, 2)
  const done: BenchResult[] = []
  const order: unknown[] = []
  for (let load = plan.next(done); load !== undefined; load = plan.next(done)) {
    order.push([(load as { concurrency: number }).concurrency, plan.repeatOf!(done.length)])
    done.push(base)
  }
  expect(order).toEqual([
    [1, { run: 1, of: 2 }], [4, { run: 1, of: 2 }], [1, { run: 2, of: 2 }], [4, { run: 2, of: 2 }],
  ]) // prettier-ignore
})

test("the median and Student's interval over the runs of each load", () => {
  const results = [
    runOf(1, 150),
    runOf(1, 9, 16),
    runOf(2, 152),
    runOf(2, 9, 16),
    runOf(3, 148),
    runOf(3, 9, 16),
  ]
  expect(isRepeated(results)).toBe(true)
  expect(isRepeated([base, base])).toBe(false)
  const [first, second] = describeRepeats(results)
  expect(first).toMatchObject({ load: 'concurrency 4', runs: 3 })
  expect(first!.metrics.ttft_p99).toMatchObject({ median: 150, mean: 150, std: 2, cv: 0.013, min: 148, max: 152, values: [150, 152, 148] }) // prettier-ignore
  // 4.303 times 2 by the root of 3.
  expect(first!.metrics.ttft_p99!.confidence).toEqual([145.032, 154.968])
  expect(second!.metrics.ttft_p99!.confidence).toEqual([9, 9])
  expect(first!.metrics.goodput).toBeUndefined()
  expect(renderRepeats(results)).toMatch(
    /TTFT P99, ms +│ +150\.0 │ +148\.0 │ +152\.0 │ +± 1\.3 % │ +145\.0–155\.0 │/,
  )
})

test('a figure that one run lacks is left out, and one run has no interval', () => {
  const blind = resultOf({ repeat: { run: 2, of: 2 }, latency: { ...base.latency, ttft: null } })
  expect(describeRepeats([runOf(1, 1), blind])[0]!.metrics).not.toHaveProperty('ttft_p50')
  expect(describeRepeats([runOf(1, 1)])[0]!.metrics.ttft_p99!.confidence).toBeNull()
})

test('an interval ends where the figure does', () => {
  const goodput = (share: number) => ({ limits: { ttft: 1 }, good: 1, share, requests_per_second: 1 })
  const wide = [runOf(1, 1), runOf(2, 900)].map((result, index) => ({
    ...result,
    goodput: goodput(index ? 1 : 0.9),
  }))
  const [{ metrics }] = describeRepeats(wide) as [ReturnType<typeof describeRepeats>[number]]
  expect(metrics.ttft_p99!.confidence![0]).toBe(0)
  expect(metrics.goodput!.confidence![1]).toBe(1)
})

test('gates go by the median, once for each load', () => {
  const gates = ['ttft_p99>200', 'ttft_p99>400'].map(parseThreshold)
  const results = [runOf(1, 900), runOf(2, 300), runOf(3, 100)]
  for (const result of results) result.thresholds = evaluateThresholds(gates, result)
  judgeRepeats(results)
  expect(results.map(({ thresholds }) => thresholds.length)).toEqual([0, 0, 2])
  expect(results[2]!.thresholds).toMatchObject([
    { actual: 300, passed: false, runs: 3 },
    { actual: 300, passed: true, runs: 3 },
  ])
  expect(renderRepeats(results)).toContain('FAIL  fail if ttft_p99>200  (median of 3 runs 300 ms)')
})

test('a figure that one run did not measure fails its gate', () => {
  const blind = resultOf({ repeat: { run: 2, of: 2 }, latency: { ...base.latency, ttft: null } })
  const results = [runOf(1, 1), blind]
  for (const result of results)
    result.thresholds = evaluateThresholds([parseThreshold('ttft_p99>200')], result)
  judgeRepeats(results)
  expect(blind.thresholds).toMatchObject([{ actual: null, passed: false }])
})

test("Welch's interval as a textbook has it", () => {
  // Logarithms 1, 2, 3 and 3, 4, 5: difference 2, standard error 0.8165, 4 degrees of freedom, t = 5.598.
  const change = welchChange([1, 2, 3].map(Math.exp), [3, 4, 5].map(Math.exp))
  expect(Math.log1p(change.estimate)).toBeCloseTo(2, 10)
  expect(Math.log1p(change.lower)).toBeCloseTo(2 - 5.598 * 0.8165, 2)
  expect(welchChange([2, 2], [4, 4])).toEqual({ estimate: 1, lower: 1, upper: 1 })
})

/** Runs that differ by 2 % among themselves, of 60 requests that differ by 10 %. */
const drawRuns = (seed: number, slower = 1): BenchResult[] => {
  const random = createRandom(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return [1, 2, 3, 4, 5].map((run) => {
    const level = 200 * slower * Math.exp(0.02 * normal())
    const samples = Array.from({ length: 60 }, (_, index) => {
      const ttft = level * Math.exp(0.1 * normal())
      return { index, start: index, end: index, ttft, e2e: ttft * 5, output_tokens: 9 }
    })
    return resultOf({ repeat: { run, of: 5 }, samples })
  })
}

test('200 comparisons of identical sets of runs: at most 2 % fail; twice as slow is found', () => {
  const outcomes = Array.from(
    { length: 200 },
    (_, round) => compareRepeats(drawRuns(2 * round), drawRuns(2 * round + 1), 0.05).outcome,
  )
  expect(outcomes.filter((outcome) => outcome === 'fail').length).toBeLessThanOrEqual(4)
  expect(compareRepeats(drawRuns(1), drawRuns(2, 1.5), 0.05)).toMatchObject({
    outcome: 'fail',
    by_runs: true,
  })
}, 60_000)

test('a set of runs beside a single one: all requests are compared', () => {
  const [single] = drawRuns(3)
  expect(compareRepeats([single!], drawRuns(4, 1.5), 0.05)).toMatchObject({ outcome: 'fail' })
  expect(compareRepeats([single!], drawRuns(4, 1.5), 0.05)).not.toHaveProperty('by_runs')
})
