import { expect, test } from 'vitest'
import { runOpenLoop } from './open-loop.ts'

const never = new AbortController().signal

test('sends at the schedule whatever the answers do, never early, each once and in order', async () => {
  const held: (() => void)[] = []
  const issued: { index: number; dueAt: number; at: number; slot: number }[] = []
  const schedule = Float64Array.of(0, 2, 2, 5, 9, 14)
  const dispatch = await runOpenLoop({
    schedule,
    maxConcurrency: 100,
    signal: never,
    issue: async (issue) => {
      issued.push({ ...issue, at: performance.now() })
      // Nobody is answered before the last is sent: a closed loop would hang here.
      if (issued.length < 6) await new Promise<void>((resolve) => held.push(resolve))
      else for (const release of held) release()
    },
  })
  expect(issued.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5])
  expect(issued.map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 4, 5])
  for (const { at, dueAt, index } of issued) {
    expect(at).toBeGreaterThanOrEqual(dueAt)
    expect(dueAt - issued[0]!.dueAt).toBeCloseTo(schedule[index]!, 6)
  }
  expect(dispatch).toMatchObject({ backlog: 0, mostInFlight: 6, waits: [] })
  expect(dispatch.late).toHaveLength(6)
  expect(Math.min(...dispatch.late)).toBeGreaterThanOrEqual(0)
})

test('beyond the limit requests wait their turn, keep their due time, and the backlog is told', async () => {
  const order: number[] = []
  const dues: number[] = []
  const slots = new Set<number>()
  let most = 0
  const dispatch = await runOpenLoop({
    schedule: new Float64Array(8),
    maxConcurrency: 2,
    signal: never,
    issue: async ({ index, slot, dueAt }) => {
      expect(slots.has(slot), 'a slot has one request at a time').toBe(false)
      slots.add(slot)
      most = Math.max(most, slots.size)
      order.push(index)
      dues.push(dueAt)
      await new Promise((resolve) => setImmediate(resolve))
      slots.delete(slot)
    },
  })
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(most).toBe(2)
  expect(new Set(dues).size).toBe(1)
  expect(dispatch.mostInFlight).toBe(2)
  expect(dispatch.waits.length).toBeGreaterThan(0)
  expect(dispatch.backlog).toBeGreaterThan(0)
})

test('after the signal nothing is sent, and what is in flight is waited for', async () => {
  const controller = new AbortController()
  let ended = 0
  const issue = async ({ index }: { index: number }): Promise<void> => {
    if (index === 2) controller.abort()
    await new Promise((resolve) => setImmediate(resolve))
    ended += 1
  }
  const schedule = Float64Array.of(0, 0, 0, 0, 600_000)
  await runOpenLoop({ schedule, maxConcurrency: 100, signal: controller.signal, issue })
  expect(ended).toBe(3)
})
