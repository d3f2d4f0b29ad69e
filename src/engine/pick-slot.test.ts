import { expect, test } from 'vitest'
import { matchPrefix, pickSlot } from './pick-slot.ts'

const slot = (tokens: number[], lastUsed: number) => ({ cached: { tokens, length: tokens.length }, lastUsed })

test('only the valid part of a cache counts', () => {
  expect(matchPrefix({ tokens: [1, 2, 3, 4], length: 2 }, [1, 2, 3])).toBe(2)
  expect(matchPrefix({ tokens: [1, 2], length: 2 }, [1])).toBe(1)
  expect(matchPrefix({ tokens: [2], length: 1 }, [1])).toBe(0)
})

test('takes the longest match, whenever it was used', () => {
  const slots = [slot([1], 1), slot([1, 2, 3], 3), slot([1, 2], 2)]
  expect(pickSlot(slots, [1, 2, 3, 4])).toBe(slots[1])
})

test('among equal matches takes the one used longest ago', () => {
  const slots = [slot([1, 9], 3), slot([1, 8], 1), slot([1], 2)]
  expect(pickSlot(slots, [1, 2])).toBe(slots[1])
})

test('no free slot, no answer', () => {
  expect(pickSlot([], [1])).toBeUndefined()
})
