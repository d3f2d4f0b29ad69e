import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { resolveThreads } from './threads.ts'

test('a wish is kept', () => {
  expect(resolveThreads({ wanted: 7, physicalCores: 2, modelBytes: 1 })).toBe(7)
})

test('a tiny model runs on one thread, a large one on every core that there is', () => {
  expect(resolveThreads({ wanted: undefined, physicalCores: 64, modelBytes: 7e6 })).toBe(1)
  expect(resolveThreads({ wanted: undefined, physicalCores: 1, modelBytes: 7e9 })).toBe(1)
  expect(resolveThreads({ wanted: undefined, physicalCores: 10_000, modelBytes: 1e12 })).toBe(
    availableParallelism(),
  )
})
