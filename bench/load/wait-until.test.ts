import { expect, test } from 'vitest'
import { createIdleClock } from './wait-until.ts'

test('time that several waited in is counted once', () => {
  const clock = createIdleClock()
  expect(clock.add(0, 10)).toBe(10)
  expect(clock.add(2, 8)).toBe(0)
  expect(clock.add(5, 12)).toBe(2)
  expect(clock.add(20, 21)).toBe(1)
})
