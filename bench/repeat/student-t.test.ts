import { expect, test } from 'vitest'
import { studentT } from './student-t.ts'

/** From the tables that every textbook has. */
test.each([
  [0.95, 1, 12.706],
  [0.95, 2, 4.303],
  [0.95, 3, 3.182],
  [0.95, 4, 2.776],
  [0.95, 9, 2.262],
  [0.99, 4, 4.604],
  [0.99, 5, 4.032],
  [0.95, 30, 2.042],
])('%f of the distribution with %i degrees lie within %f', (confidence, degrees, expected) => {
  expect(studentT(confidence, degrees)).toBeCloseTo(expected, 3)
})
