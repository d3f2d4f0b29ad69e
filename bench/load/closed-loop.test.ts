import { expect, test } from 'vitest'
import { runClosedLoop } from './closed-loop.ts'

const never = new AbortController().signal
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const run = async (wanted: {
  concurrency: number
  requests?: number
  durationMs?: number
  signal?: AbortSignal
}) => {
  const slots = new Map<number, number>()
  const issued: number[] = []
  let most = 0
  await runClosedLoop({
    signal: never,
    ...wanted,
    issue: async (index, slot) => {
      expect(slots.has(slot), 'a slot has one request at a time').toBe(false)
      slots.set(slot, index)
      issued.push(index)
      most = Math.max(most, slots.size)
      await turn()
      slots.delete(slot)
    },
  })
  return { issued, most }
}

test('issues each index once and keeps the concurrency', async () => {
  const { issued, most } = await run({ concurrency: 3, requests: 10 })
  expect(issued).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(most).toBe(3)
})

test('fewer requests than slots, and none at all', async () => {
  expect(await run({ concurrency: 8, requests: 2 })).toEqual({ issued: [0, 1], most: 2 })
  expect(await run({ concurrency: 8, requests: 0 })).toEqual({ issued: [], most: 0 })
})

test('a duration ends it without a count, and a count ends it before the duration', async () => {
  expect((await run({ concurrency: 2, durationMs: 500 })).issued.length).toBeGreaterThan(2)
  expect((await run({ concurrency: 2, requests: 4, durationMs: 600_000 })).issued).toHaveLength(4)
})

test('after the signal nothing is sent, and what is in flight is waited for', async () => {
  const controller = new AbortController()
  const ended: number[] = []
  await runClosedLoop({
    concurrency: 2,
    signal: controller.signal,
    issue: async (index) => {
      if (index === 5) controller.abort()
      await turn()
      ended.push(index)
    },
  })
  expect(new Set(ended)).toEqual(new Set([0, 1, 2, 3, 4, 5]))
})
