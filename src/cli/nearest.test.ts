import { expect, test } from 'vitest'
import { findNearest } from './nearest.ts'

test.each([
  ['sytem', 'system'],
  ['SYSTEM', 'system'],
  ['sy', 'system'],
  ['rgeen', 'regen'],
  ['bgi', 'big'],
  ['undoo', 'undo'],
  ['xylophone', undefined],
  ['', undefined],
  ['z', undefined],
])('%o is nearest to %o', (wanted, nearest) => {
  expect(findNearest(wanted, ['system', 'set', 'regen', 'undo', 'big'])).toBe(nearest)
})
