import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { resolveMostThreads } from './threads.ts'

test('a thread for each core that is ours, at least one', () => {
  expect(resolveMostThreads(1024)).toBe(availableParallelism())
  expect(resolveMostThreads(1)).toBe(1)
  expect(resolveMostThreads(0)).toBe(1)
})
