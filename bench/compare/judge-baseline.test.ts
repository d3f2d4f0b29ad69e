import { expect, test } from 'vitest'
import { resultOf } from '../result.test-kit.ts'
import { exitCodeOf, judgeBaseline, parseRegression } from './judge-baseline.ts'

/** Requests of 100 to 109 ms, times a factor. */
const runOf = (factor: number, concurrency = 4, count = 400) =>
  resultOf({
    samples: Array.from({ length: count }, (_, index) => {
      const e2e = (100 + (index % 10)) * factor
      return { index, start: index, end: index + e2e, ttft: e2e / 2, e2e, output_tokens: 11 }
    }),
    configuration: { ...resultOf().configuration, concurrency },
  })
const against = (...runs: ReturnType<typeof runOf>[]) => ({ file: 'main.json', runs, maxRegression: 0.05, force: false }) // prettier-ignore

test('alike passes, slower fails, few requests are no answer, and each has its exit code', () => {
  const outcome = (factor: number, count = 400) => judgeBaseline(runOf(factor, 4, count), against(runOf(1)))
  const verdicts = [outcome(1), outcome(1.2), outcome(1, 10)]
  expect(verdicts.map((verdict) => verdict.outcome)).toEqual(['pass', 'fail', 'inconclusive'])
  expect(verdicts.map((verdict) => exitCodeOf([verdict]))).toEqual([0, 8, 10])
  expect(exitCodeOf(verdicts)).toBe(8)
  expect(exitCodeOf([undefined])).toBe(0)
})

test('of a sweep, the level of the same load is the baseline', () => {
  const baseline = against(runOf(9, 1), runOf(1, 4))
  expect(judgeBaseline(runOf(1), baseline).outcome).toBe('pass')
  const missing = judgeBaseline(runOf(1, 16), baseline)
  expect(missing).toMatchObject({ outcome: 'incomparable', differences: ['the load (concurrency 1, concurrency 4, then concurrency 16)'] }) // prettier-ignore
  expect(exitCodeOf([missing])).toBe(2)
})

test('other settings are not compared, unless forced', () => {
  const other = { ...runOf(1), environment: { ...resultOf().environment, cpu_model: 'another' } }
  expect(judgeBaseline(other, against(runOf(1))).outcome).toBe('incomparable')
  const forced = judgeBaseline(other, { ...against(runOf(1)), force: true })
  expect(forced).toMatchObject({ outcome: 'pass', differences: ['the processor (test, then another)'] })
})

test('a percentage', () => {
  expect([parseRegression('5'), parseRegression('12.5 %')]).toEqual([0.05, 0.125])
  for (const text of ['', 'much', '-1']) expect(() => parseRegression(text)).toThrow('--max-regression')
})
