import { expect, test } from 'vitest'
import { createSchedule } from '../arrivals/schedule.ts'
import { chooseLanes } from './choose-lanes.ts'
import { decodeThreads } from './decode-threads.ts'
import { createShares, shareLoad, shareOf, shareSchedule, takeNumber } from './share.ts'

test('the parts of a number add up to it and differ by one at most', () => {
  for (const total of [0, 1, 7, 16, 4096]) {
    const parts = createShares(3).map((share) => shareOf(total, share))
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total)
    expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1)
  }
})

test('one schedule is dealt out: together the parts are the whole, in order', () => {
  const schedule = createSchedule({ arrival: 'poisson', rate: 100, burstiness: 1, seed: 3, requests: 100 })
  const parts = createShares(3).map((share) => shareSchedule(schedule, share))
  expect(Float64Array.from(parts.flatMap((part) => [...part])).toSorted()).toEqual(schedule)
  expect(parts.map((part) => part.length)).toEqual([34, 33, 33])
  expect(shareSchedule(schedule, createShares(1)[0]!)).toEqual(schedule)
})

test('request numbers are handed out once, whoever asks; connections are split, counts and rates are not', () => {
  const [first, second] = createShares(2) as [
    ReturnType<typeof createShares>[0],
    ReturnType<typeof createShares>[0],
  ]
  const [left, right] = [takeNumber(first!), takeNumber(second!)]
  expect([left(), right(), right(), left()]).toEqual([0, 1, 2, 3])
  const closed = { mode: 'closed', concurrency: 5, requests: 40 } as const
  expect([shareLoad(closed, first!), shareLoad(closed, second!)]).toEqual([
    { ...closed, concurrency: 3 },
    { ...closed, concurrency: 2 },
  ])
  const open = { mode: 'open', arrival: 'constant', rate: 9, burstiness: 1, maxConcurrency: 3 } as const
  expect(shareLoad(open, second!)).toEqual({ ...open, maxConcurrency: 1 })
})

const floorOf = (busy: number, lag: number) => ({
  requests: 10, streams: 4, events_per_second: 1, duration_ms: 600, ttft: null, e2e: null, delivery: null,
  loop_utilization: busy, loop_lag_p99_ms: lag,
}) // prettier-ignore
const wide = { load: { mode: 'closed', concurrency: 64 } } as const

test('auto: one thread while it has time to spare, more where it has not, never more than connections', () => {
  expect(chooseLanes(undefined, wide)).toBe(1)
  expect(chooseLanes(floorOf(0.45, 1), wide)).toBe(1)
  // Late without being busy: somebody else held it up.
  expect(chooseLanes(floorOf(0.1, 30), wide)).toBe(1)
  expect(chooseLanes(floorOf(0.8, 1), { load: { mode: 'closed', concurrency: 1 } })).toBe(1)
  expect(chooseLanes(floorOf(0.8, 1), wide)).toBeLessThanOrEqual(2)
})

test('--threads', () => {
  expect([decodeThreads('auto'), decodeThreads('2')]).toEqual(['auto', 2])
  for (const text of ['0', '-1', '1.5', 'many', '', '1000']) {
    expect(() => decodeThreads(text)).toThrow('--threads must be auto or a whole number')
  }
})
