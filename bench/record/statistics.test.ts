import { expect, test } from 'vitest'
import { createLatency, samplesNeeded } from './statistics.ts'

const summaryOf = (values: number[]) => {
  const latency = createLatency()
  for (const value of values) latency.record(value)
  return latency.summary()!
}

test('1 to 1000 ms in any order', () => {
  const values = Array.from({ length: 1000 }, (_, index) => ((index * 7) % 1000) + 1)
  const summary = summaryOf(values)
  expect(summary).toMatchObject({ count: 1000, min: 1, max: 1000, mean: 500.5, uncertain: [] })
  for (const [name, exact] of [
    ['p50', 500],
    ['p90', 900],
    ['p95', 950],
    ['p99', 990],
  ] as const) {
    expect(Math.abs(summary[name] - exact) / exact, name).toBeLessThan(0.001)
  }
})

test('one value is all of its figures, exactly, and supports no percentile', () => {
  const expected = {
    count: 1,
    min: 123.457,
    mean: 123.457,
    p50: 123.457,
    p90: 123.457,
    p95: 123.457,
    p99: 123.457,
    max: 123.457,
  }
  expect(summaryOf([123.4567])).toMatchObject({ ...expected, uncertain: ['p50', 'p90', 'p95', 'p99'] })
})

test('no percentile lies outside what was measured', () => {
  const { min, p50, p99, max } = summaryOf([100.0004, 100.0004, 100.0009])
  expect(min).toBe(100)
  expect(p50).toBeGreaterThanOrEqual(min)
  expect(p99).toBeLessThanOrEqual(max)
})

test('takes zero, a clock that stepped back by rounding, and more than its range', () => {
  expect(summaryOf([0, -0.0001, 7_200_000])).toMatchObject({ count: 3, min: 0, max: 7_200_000 })
})

test('nothing recorded has no summary', () => {
  expect(createLatency().summary()).toBeUndefined()
})

test('the samples that a percentile needs, as published for one-sided 95 % bounds', () => {
  expect([50, 90, 95, 99].map(samplesNeeded)).toEqual([8, 46, 93, 473])
})

test('a percentile is uncertain up to the last sample before its need is met', () => {
  const uncertainAt = (count: number) => summaryOf(Array.from({ length: count }, () => 1)).uncertain
  expect(uncertainAt(45)).toEqual(['p90', 'p95', 'p99'])
  expect(uncertainAt(46)).toEqual(['p95', 'p99'])
  expect(uncertainAt(472)).toEqual(['p99'])
  expect(uncertainAt(473)).toEqual([])
})

test('confidence is the values at the ranks that bound a percentile, and says where there is no bound', () => {
  const { confidence } = summaryOf(Array.from({ length: 100 }, (_, index) => index + 1))
  expect(confidence.p50[0]).toBeCloseTo(40, 1)
  expect(confidence.p50[1]).toBeCloseTo(61, 1)
  expect(confidence.p95[1]).toBeCloseTo(100, 1)
  expect(confidence.p99).toEqual([expect.closeTo(97, 0), null])
})
