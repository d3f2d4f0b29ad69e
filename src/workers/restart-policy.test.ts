import { describe, expect, test } from 'vitest'
import { decideRestart, externalRules, processRules, type Attempt } from './restart-policy.ts'

const served = (servedMs: number): Attempt => ({ outcome: 'served', servedMs })
const failed = (code: Extract<Attempt, { outcome: 'failed' }>['code'] = 'worker_lost'): Attempt => ({
  outcome: 'failed',
  code,
})
const times = (count: number, attempt: Attempt) => Array.from({ length: count }, () => attempt)
/** Without jitter. */
const delay = (history: Attempt[], rules = processRules) => decideRestart(history, rules, 1).delayMs

describe('a worker that had served', () => {
  test.each([[[served(60_000)]], [[served(100)]], [[failed(), failed(), served(5_000)]]])(
    '%j comes back at once',
    (history) => {
      expect(decideRestart(history, processRules, 1)).toEqual({ delayMs: 0, state: 'starting' })
    },
  )

  test('killed every few seconds, it comes back at once each time', () => {
    expect(delay(times(32, served(2_000)))).toBe(0)
  })

  test('that dies right after it began to serve waits longer each time, up to 1 s', () => {
    const delays = [1, 2, 3, 4, 5, 9].map((count) => delay(times(count, served(50))))
    expect(delays).toEqual([0, 200, 400, 800, 1_000, 1_000])
  })
})

describe('bring-ups that fail', () => {
  test('double the delay from 200 ms to the longest', () => {
    const delays = [1, 2, 3, 6, 7, 30].map((count) => delay([served(9_000), ...times(count, failed())]))
    expect(delays).toEqual([200, 400, 800, 6_400, 10_000, 10_000])
    expect(delay(times(30, failed()), externalRules)).toBe(30_000)
  })

  test('are forgotten once it has served 2 s', () => {
    expect(delay([...times(9, failed()), served(2_000), failed()])).toBe(200)
    expect(delay([...times(9, failed()), served(1_999), failed()])).toBe(10_000)
  })

  test('jitter spreads over the upper half of the delay', () => {
    expect(decideRestart([failed()], processRules, 0).delayMs).toBe(100)
    expect(decideRestart([failed()], processRules, 0.5).delayMs).toBe(150)
  })
})

describe('failures that do not heal by themselves', () => {
  test.each(['invalid_model', 'worker_incompatible', 'invalid_config', 'insufficient_memory'] as const)(
    '%s cools down, longer each time',
    (code) => {
      const delays = [1, 2, 3, 5, 6, 20].map((count) => delay(times(count, failed(code))))
      expect(delays).toEqual([30_000, 60_000, 120_000, 480_000, 600_000, 600_000])
      expect(decideRestart([failed(code)], processRules, 0).state).toBe('failed')
    },
  )

  test('another kind of failure between them starts the cool-down afresh', () => {
    expect(delay([...times(5, failed('invalid_model')), failed(), failed('invalid_model')])).toBe(30_000)
  })
})
