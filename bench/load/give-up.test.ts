import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createGiveUp } from './give-up.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('gives up only after the stop and its grace', () => {
  const stop = new AbortController()
  const giveUp = createGiveUp(stop.signal, 5000)
  vi.advanceTimersByTime(60_000)
  expect(giveUp.signal.aborted).toBe(false)
  stop.abort()
  vi.advanceTimersByTime(4999)
  expect(giveUp.signal.aborted).toBe(false)
  vi.advanceTimersByTime(1)
  expect(giveUp.signal.aborted).toBe(true)
})

test('a run that ends within the grace, and one that was stopped before it began', () => {
  const stop = new AbortController()
  const ended = createGiveUp(stop.signal, 5000)
  stop.abort()
  const late = createGiveUp(stop.signal, 5000)
  ended.dispose()
  vi.advanceTimersByTime(5000)
  expect([ended.signal.aborted, late.signal.aborted]).toEqual([false, true])
})
