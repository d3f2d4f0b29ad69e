import { expect, test } from 'vitest'
import { createLoadTracker } from './load-tracker.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

function open(slots = 4) {
  const tracker = createLoadTracker()
  const say = (runningRequests: number, waitingRequests = 0) =>
    tracker.report({ runningRequests, waitingRequests, maxRunningRequests: slots })
  const load = () => {
    const { busySlots, waiting } = tracker.status()
    return [busySlots, waiting]
  }
  const begin = (isStarted = true) => Object.assign(tracker.begin(), { isStarted })
  return { tracker, say, load, begin }
}

test('without requests of ours it is what was reported', () => {
  const { tracker, say, load } = open()
  expect(tracker.isReported).toBe(false)
  say(4, 2)
  expect(load()).toEqual([4, 2])
  expect(tracker.status().slots).toBe(4)
})

test('what we start counts at once, on top of what others do', () => {
  const { say, load, begin } = open()
  say(3)
  begin(false)
  expect(load()).toEqual([4, 0])
  begin(false)
  begin(false)
  expect(load()).toEqual([4, 2])
})

test('a report that counts our requests does not count them twice', () => {
  const { say, load, begin } = open()
  say(1)
  begin()
  begin()
  say(3)
  expect(load()).toEqual([3, 0])
})

test('what we end is gone at once', async () => {
  const { tracker, say, load, begin } = open()
  const mine = begin()
  say(2)
  tracker.end(mine)
  tracker.end(mine)
  expect(load()).toEqual([1, 0])
  await turn()
  say(1)
  expect(load()).toEqual([1, 0])
})

test('a report may or may not count a request that the worker has not confirmed', () => {
  const { say, load, begin } = open(8)
  say(2)
  begin(false)
  say(3)
  expect(load()).toEqual([3, 0])
  say(2)
  expect(load()).toEqual([3, 0])
})

test('nor one that is being cancelled, or that has just ended', async () => {
  const { tracker, say, load, begin } = open(8)
  const leaving = begin()
  leaving.isLeaving = true
  say(1)
  expect(load()).toEqual([1, 0])
  say(0)
  expect(load()).toEqual([1, 0])
  tracker.end(leaving)
  say(1)
  expect(load()).toEqual([0, 0])
  await turn()
  say(1)
  expect(load()).toEqual([1, 0])
})

test('others may come and go while we are busy', () => {
  const { say, load, begin } = open(16)
  begin()
  begin()
  say(9)
  expect(load()).toEqual([9, 0])
  say(2)
  expect(load()).toEqual([2, 0])
  // A report from before our requests arrived takes nothing from them.
  say(0)
  expect(load()).toEqual([2, 0])
})
