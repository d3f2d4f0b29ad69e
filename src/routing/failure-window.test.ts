import { expect, test } from 'vitest'
import { createFailureWindow } from './failure-window.ts'

test('counts what the last window holds, to a tenth of it', () => {
  const windowMs = 1000
  for (let seed = 1; seed <= 50; seed += 1) {
    let state = seed
    const draw = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
    const window = createFailureWindow(windowMs)
    const all: { at: number; isFailure: boolean }[] = []
    let now = 5_000_000
    for (let step = 0; step < 500; step += 1) {
      now += draw() < 0.02 ? 3000 * draw() : 30 * draw()
      const isFailure = draw() < 0.4
      window.record(isFailure, now)
      all.push({ at: now, isFailure })
      const { calls, failures } = window.counts(now)
      const within = (ms: number) => all.filter(({ at }) => at > now - ms)
      const [least, most] = [within(windowMs * 0.9), within(windowMs)]
      expect(calls).toBeGreaterThanOrEqual(least.length)
      expect(calls).toBeLessThanOrEqual(most.length)
      expect(failures).toBeGreaterThanOrEqual(least.filter((each) => each.isFailure).length)
      expect(failures).toBeLessThanOrEqual(most.filter((each) => each.isFailure).length)
    }
  }
})

test('failures in a row do not age', () => {
  const window = createFailureWindow(1000)
  window.record(true, 0)
  window.record(true, 1_000_000)
  expect(window.counts(1_000_000)).toEqual({ calls: 1, failures: 1, inARow: 2 })
  window.record(false, 1_000_001)
  expect(window.counts(1_000_001).inARow).toBe(0)
  window.clear()
  expect(window.counts(1_000_001)).toEqual({ calls: 0, failures: 0, inARow: 0 })
})
