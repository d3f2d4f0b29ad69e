import { expect, test } from 'vitest'
import { coefficientOfVariation, gapDistribution, kolmogorovSmirnov } from './distributions.ts'
import { createSchedule, type ScheduleOptions } from './schedule.ts'

const scheduleOf = (changes: Partial<ScheduleOptions> = {}) =>
  createSchedule({ arrival: 'poisson', rate: 100, burstiness: 1, seed: 7, requests: 5000, ...changes })
const gapsOf = (times: Float64Array) => Array.from(times.subarray(1), (time, index) => time - times[index]!)
const rateOf = (times: Float64Array) => ((times.length - 1) * 1000) / times.at(-1)!

const rates = [10, 100, 1000]
const shapes = [
  { arrival: 'poisson', burstiness: 1 },
  { arrival: 'gamma', burstiness: 0.25 },
  { arrival: 'gamma', burstiness: 1 },
  { arrival: 'gamma', burstiness: 4 },
] as const
const cases = rates.flatMap((rate) => shapes.map((shape) => ({ rate, ...shape })))

test.each(cases)('$arrival($burstiness) at $rate/s: rate, variation, distribution', ({ rate, ...shape }) => {
  const seeds = Array.from({ length: 20 }, (_, seed) => seed + rate)
  const distribution = gapDistribution(shape.arrival, shape.burstiness)
  const probabilities = seeds.map((seed) => {
    const times = scheduleOf({ ...shape, rate, seed })
    const gaps = gapsOf(times)
    expect(rateOf(times) / rate).toBeGreaterThan(0.99)
    expect(rateOf(times) / rate).toBeLessThan(1.01)
    // The spread of the estimate over 5,000 gaps is 2 to 4 % of it.
    expect(coefficientOfVariation(gaps) * Math.sqrt(shape.burstiness)).toBeGreaterThan(0.88)
    expect(coefficientOfVariation(gaps) * Math.sqrt(shape.burstiness)).toBeLessThan(1.12)
    return kolmogorovSmirnov(
      gaps.map((gap) => (gap * rate) / 1000),
      distribution,
    )
  })
  // One right schedule in twenty is below 0.05 by chance, or less: scaling to the exact rate brings them nearer.
  expect(probabilities.filter((probability) => probability <= 0.05).length).toBeLessThanOrEqual(2)
  expect(probabilities.toSorted((left, right) => left - right)[10]).toBeGreaterThan(0.4)
})

test.each(rates)('constant at %d/s: equal gaps', (rate) => {
  const times = scheduleOf({ arrival: 'constant', rate })
  expect(rateOf(times)).toBeCloseTo(rate, 6)
  expect(coefficientOfVariation(gapsOf(times))).toBeLessThan(1e-9)
})

test('the test of the distribution finds the wrong one', () => {
  const gaps = gapsOf(scheduleOf()).map((gap) => gap / 10)
  expect(kolmogorovSmirnov(gaps, gapDistribution('gamma', 1.2))).toBeLessThan(0.001)
  const uniform = Array.from({ length: 500 }, (_, index) => (index + 0.5) / 500)
  expect(kolmogorovSmirnov(uniform, (value) => value)).toBe(1)
  // Closed forms: the exponential, and the gamma of shape 2.
  expect(gapDistribution('poisson', 1)(0.7)).toBeCloseTo(1 - Math.exp(-0.7), 9)
  expect(gapDistribution('gamma', 2)(1.5)).toBeCloseTo(1 - Math.exp(-3) * 4, 8)
})

test('a seed repeats exactly and another differs; neighbouring seeds share no gap', () => {
  expect(scheduleOf()).toEqual(scheduleOf())
  const [left, right] = [gapsOf(scheduleOf()), gapsOf(scheduleOf({ seed: 8 }))]
  expect(new Set([...left, ...right]).size).toBe(left.length + right.length)
})

test('begins at 0, never runs backwards, and gives as many as asked or as fit', () => {
  const times = scheduleOf({ arrival: 'gamma', burstiness: 0.05 })
  expect(times[0]).toBe(0)
  expect(gapsOf(times).every((gap) => gap >= 0)).toBe(true)
  const { requests: _requests, ...timed } = {
    arrival: 'constant' as const, rate: 20, burstiness: 1, seed: 1, requests: 0,
  } // prettier-ignore
  expect(createSchedule({ ...timed, durationMs: 3000 })).toHaveLength(60)
  expect(createSchedule({ ...timed, durationMs: 3000, requests: 7 })).toHaveLength(7)
  expect(createSchedule({ ...timed, durationMs: 10 })).toHaveLength(1)
})

test('a ramp grows to the rate: half as many while it lasts, and all that come after at full rate', () => {
  const ramp = {
    arrival: 'constant' as const,
    rate: 100,
    durationMs: 10_000,
    rampUpMs: 4000,
    seed: 1,
    burstiness: 1,
  }
  const times = createSchedule(ramp)
  expect(times).toHaveLength(800)
  expect(times.filter((time) => time < 4000)).toHaveLength(200)
  expect(times.filter((time) => time < 2000)).toHaveLength(50)
  const after = gapsOf(times.filter((time) => time >= 4000))
  expect(Math.max(...after) - Math.min(...after)).toBeLessThan(1e-6)
  expect(after[0]).toBeCloseTo(10, 6)
  expect(times.at(-1)).toBeLessThan(10_000)
})
