import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { resolveThreads } from './threads.ts'

test('a wish is kept', () => {
  expect(resolveThreads({ wanted: 7, physicalCores: 2, modelBytes: 1 })).toBe(7)
})

test('a tiny model runs on one thread, a large one leaves one core to others', () => {
  const threads = (modelBytes: number) => resolveThreads({ wanted: undefined, physicalCores: 64, modelBytes })
  expect(threads(7e6)).toBe(1)
  expect(threads(40e9)).toBe(Math.max(1, Math.min(63, availableParallelism() - 1)))
})

test('on one core there is one thread', () => {
  expect(resolveThreads({ wanted: undefined, physicalCores: 1, modelBytes: 40e9 })).toBe(1)
})
