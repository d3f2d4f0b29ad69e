import { expect, test } from 'vitest'
import { createOccupancyCounter } from './occupancy.ts'

test('in flight over time, while sending, and by what the requests took', () => {
  const counter = createOccupancyCounter()
  counter.enter(1000)
  counter.enter(1000)
  counter.leave(1010, 10)
  counter.enter(1010)
  counter.leave(1015, 12)
  counter.leave(1020, 8)
  // Two in flight for 15 ms, one for 5.
  expect(counter.occupancy()).toEqual({ mean: 35 / 20, meanWhileSending: 2, byLatency: 30 / 20 })
})

test('nothing sent has no occupancy; all sent at once counts as a whole', () => {
  expect(createOccupancyCounter().occupancy()).toBeUndefined()
  const counter = createOccupancyCounter()
  counter.enter(0)
  counter.leave(10, 10)
  expect(counter.occupancy()).toEqual({ mean: 1, meanWhileSending: 1, byLatency: 1 })
})
