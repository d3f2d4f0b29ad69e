import { expect, test } from 'vitest'
import { createStepTimes } from './step-times.ts'

const decode = (rows: number) => ({ rows, prefill: false })

test('an old estimate gives way at once to a better sample, half to a worse one', () => {
  const times = createStepTimes()
  for (let step = 0; step < 5; step++) times.record(decode(1), 2, 90)
  for (let step = 0; step < 10; step++) times.record(decode(1), 1, 12)
  times.record(decode(1), 2, 10)
  expect(times.expect(decode(1), 2)).toBe(10)
  for (let step = 0; step < 10; step++) times.record(decode(1), 1, 12)
  times.record(decode(1), 2, 20)
  expect(times.expect(decode(1), 2)).toBe(15)
})

test('a hiccup hardly moves an estimate, a change soon does', () => {
  const times = createStepTimes()
  for (let step = 0; step < 30; step++) times.record(decode(1), 1, 10)
  times.record(decode(1), 1, 1000)
  expect(times.expect(decode(1), 1)).toBeCloseTo(12)
  for (let step = 0; step < 30; step++) times.record(decode(1), 1, 20)
  expect(times.expect(decode(1), 1)).toBeGreaterThan(19)
})

test('a shape that has tried one count borrows the gain of others from its like', () => {
  const times = createStepTimes()
  times.record(decode(8), 1, 80)
  times.record(decode(8), 2, 40)
  times.record(decode(6), 1, 70)
  expect(times.expect(decode(6), 2)).toBeCloseTo(35)
  expect([times.knows(decode(6), 1), times.knows(decode(6), 2)]).toEqual([true, false])
  expect(times.expect(decode(7), 2)).toBeCloseTo(35)
  expect(times.expect(decode(64), 2)).toBeUndefined()
  expect(times.expect({ rows: 8, prefill: true }, 2)).toBeUndefined()
})
