import { expect, test } from 'vitest'
import { createRandom } from '../arrivals/random.ts'
import { confidenceRanks } from './confidence.ts'

test('the fewest samples that bound a percentile', () => {
  for (const [percentile, fewest] of [
    [50, 6],
    [90, 36],
    [95, 72],
    [99, 368],
  ] as const) {
    // 0.95^72 and 0.99^368 are the first below 0.025; for a median both sides need six.
    const first = Math.ceil(Math.log(0.025) / Math.log(percentile / 100))
    expect(first).toBe(fewest)
    expect(confidenceRanks(fewest, percentile).upper).toBe(fewest)
    expect(confidenceRanks(fewest - 1, percentile).upper).toBeNull()
  }
  expect(confidenceRanks(5, 50)).toEqual({ lower: null, upper: null })
  // A known table: the median of 100 lies between the 40th and the 61st.
  expect(confidenceRanks(100, 50)).toEqual({ lower: 40, upper: 61 })
})

test.each([50, 90, 95, 99])(
  'P%d of 600 uniform samples lies inside in at least 95 of 100 runs',
  (percentile) => {
    const random = createRandom(percentile)
    const { lower, upper } = confidenceRanks(600, percentile)
    let inside = 0
    for (let round = 0; round < 1000; round += 1) {
      const sorted = Float64Array.from({ length: 600 }, random).toSorted()
      if (sorted[lower! - 1]! <= percentile / 100 && sorted[upper! - 1]! >= percentile / 100) inside += 1
    }
    expect(inside).toBeGreaterThanOrEqual(940)
    expect(inside).toBeLessThanOrEqual(995)
  },
)

test('the approximation for many samples continues the exact ranks', () => {
  for (const percentile of [50, 90, 95, 99]) {
    const [exact, approximate] = [confidenceRanks(5000, percentile), confidenceRanks(5001, percentile)]
    expect(Math.abs(exact.lower! - approximate.lower!)).toBeLessThanOrEqual(2)
    expect(Math.abs(exact.upper! - approximate.upper!)).toBeLessThanOrEqual(2)
  }
})
