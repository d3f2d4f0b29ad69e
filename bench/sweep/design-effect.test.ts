import { expect, test } from 'vitest'
import { createRandom } from '../arrivals/random.ts'
import { resultOf } from '../result.test-kit.ts'
import { cutBatches, designEffect, studentQuantile } from './design-effect.ts'
import { keptSeries } from './kept-series.ts'

test('independent requests count in full, and those that share a fate by the dozen as one', () => {
  const random = createRandom(1)
  const alone = Array.from({ length: 4000 }, () => random() < 0.9)
  expect(designEffect(cutBatches(alone, 10, 4000)).effect).toBeLessThan(1.6)
  const together = alone.slice(0, 400).flatMap((good) => Array.from({ length: 12 }, () => good))
  const { effect, freedom } = designEffect(cutBatches(together, 40, 4800))
  expect(effect).toBeGreaterThan(6)
  expect(effect).toBeLessThan(24)
  expect(freedom).toBe(19)
})

test('batches hold every request once, and are as long as twice what is in flight', () => {
  const batches = cutBatches(Array.from({ length: 305 }, (_, index) => index < 5), 23, 305) // prettier-ignore
  expect(batches).toHaveLength(6)
  expect(batches.reduce((sum, { ended }) => sum + ended, 0)).toBe(305)
  expect(batches.map(({ good }) => good)).toEqual([5, 0, 0, 0, 0, 0])
  // However short: one batch alone would say nothing of their spread.
  expect(cutBatches([true, false], 64, 2)).toHaveLength(2)
})

test('all alike tell nothing of dependence; few batches make an interval wide', () => {
  expect(designEffect([{ good: 9, ended: 9 }, { good: 5, ended: 5 }]).effect).toBe(1) // prettier-ignore
  // Tables: 5.841, 2.845, 2.617.
  expect([3, 20, 120].map((freedom) => Number(studentQuantile(freedom).toFixed(2)))).toEqual([5.84, 2.84, 2.62]) // prettier-ignore
  expect(studentQuantile(Number.POSITIVE_INFINITY)).toBeCloseTo(2.576, 3)
})

test('a run is judged without the filling of its queue and without its ramp, in the order of sending', () => {
  const samples = Array.from({ length: 40 }, (_, index) => ({
    index,
    start: Math.floor(index / 4) * 10,
    end: Math.floor(index / 4) * 10 + 10,
    good: index >= 8,
  }))
  const plain = keptSeries(resultOf({ samples: samples.toReversed() }))!
  expect(plain.inFlight).toBeCloseTo(4, 6)
  expect(plain.kept).toEqual([...Array.from({ length: 4 }, () => false), ...Array.from({ length: 32 }, () => true)]) // prettier-ignore
  const { configuration } = resultOf()
  const arrivals = { arrival: 'constant' as const, rate: 1, burstiness: 1, ramp_up_s: 0.05, seed: 1 }
  expect(keptSeries(resultOf({ samples, configuration: { ...configuration, arrivals } }))!.kept).toHaveLength(16) // prettier-ignore
  const long = keptSeries(resultOf({ samples, configuration: { ...configuration, arrivals: { ...arrivals, ramp_up_s: 9 } } }))! // prettier-ignore
  expect(long.kept).toEqual([])
  // A file of an earlier version does not say it of each request, and a cancelled one is in neither.
  expect(keptSeries(resultOf({ samples: samples.map(({ good: _good, ...rest }) => rest) }))).toBeUndefined()
})
