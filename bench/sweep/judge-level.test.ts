import { expect, test } from 'vitest'
import { resultOf } from '../result.test-kit.ts'
import type { RunCheck } from '../verdict/judge-run.ts'
import { fewestRequests, judgeLevel } from './judge-level.ts'

const runOf = (good: number, ended: number, spoiled?: string) => {
  const check: RunCheck = {
    check: spoiled ?? 'gc_share',
    value: 1,
    degraded_above: 0,
    invalid_above: spoiled === undefined ? null : 0.5,
    status: spoiled === undefined ? 'VALID' : 'INVALID',
  }
  return resultOf({
    requests: { sent: ended, succeeded: ended, failed: 0, cancelled: 0 },
    goodput: { limits: {}, good, share: good / ended, requests_per_second: 1 },
    verdict: { status: check.status, reasons: [], checks: [check] },
  })
}

test('no miss among too few requests proves nothing', () => {
  const least = fewestRequests(0.95)
  expect(judgeLevel([runOf(least, least)], 0.95)).toMatchObject({ outcome: 'meets', certain: true })
  expect(judgeLevel([runOf(least - 2, least - 2)], 0.95)).toMatchObject({ outcome: 'meets', certain: false })
})

test('more requests make certain; runs that differ too much do not', () => {
  expect(judgeLevel([runOf(194, 200)], 0.95)).toMatchObject({ certain: false })
  expect(judgeLevel([runOf(970, 1000)], 0.95)).toMatchObject({ outcome: 'meets', certain: true })
  expect(judgeLevel([runOf(485, 500), runOf(485, 500)], 0.95)).toMatchObject({
    certain: true,
    requests: 1000,
  })
  expect(judgeLevel([runOf(470, 500), runOf(500, 500)], 0.95)).toMatchObject({ certain: false, share: 0.97 })
})

test('a late load generator can prove that limits were kept, and not that they were missed', () => {
  expect(judgeLevel([runOf(300, 300, 'loop_lag_p99_ms')], 0.95)).toMatchObject({
    outcome: 'meets',
    certain: true,
  })
  expect(judgeLevel([runOf(0, 300, 'loop_lag_p99_ms')], 0.95)).toMatchObject({
    outcome: 'misses',
    certain: false,
  })
  expect(judgeLevel([runOf(300, 300, 'rate_shortfall')], 0.95)).toBeUndefined()
  expect(judgeLevel([], 0.95)).toBeUndefined()
})
