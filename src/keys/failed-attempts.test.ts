import { expect, test } from 'vitest'
import { createFailedAttempts } from './failed-attempts.ts'

const limits = { burst: 3, regainMs: 1000, addresses: 100 }

test('a burst, then one per interval; the wait is exact', () => {
  const attempts = createFailedAttempts(limits)
  for (let count = 0; count < 3; count += 1) expect(attempts.begin('a', 0)).toBe(0)
  expect(attempts.begin('a', 0)).toBe(1000)
  expect(attempts.begin('a', 400)).toBe(600)
  expect(attempts.begin('b', 0)).toBe(0)
  expect(attempts.begin('a', 1000)).toBe(0)
  expect(attempts.begin('a', 1000)).toBe(1000)
  expect(attempts.begin('a', 100_000)).toBe(0)
})

test('what turns out good does not count', () => {
  const attempts = createFailedAttempts(limits)
  for (let count = 0; count < 50; count += 1) {
    expect(attempts.begin('a', 0)).toBe(0)
    attempts.forgive('a')
  }
})

test('many at once are counted before any of them is judged', () => {
  const attempts = createFailedAttempts(limits)
  const waits = Array.from({ length: 10 }, () => attempts.begin('a', 0))
  expect(waits.filter((wait) => wait === 0)).toHaveLength(3)
})

test('an IPv6 network of one owner is one address; IPv4 in IPv6 is IPv4', () => {
  const attempts = createFailedAttempts({ ...limits, burst: 1 })
  expect(attempts.begin('2001:db8:1:2::1', 0)).toBe(0)
  expect(attempts.begin('2001:db8:1:2:ffff::2', 0)).toBeGreaterThan(0)
  expect(attempts.begin('2001:db8:1:3::1', 0)).toBe(0)
  expect(attempts.begin('2001:db8::5', 0)).toBe(0)
  expect(attempts.begin('2001:db8:0:0:9::', 0)).toBeGreaterThan(0)
  expect(attempts.begin('::ffff:10.0.0.1', 0)).toBe(0)
  expect(attempts.begin('10.0.0.1', 0)).toBeGreaterThan(0)
  expect(attempts.begin('::1', 0)).toBe(0)
  expect(attempts.begin('fe80::1%eth0', 0)).toBe(0)
  expect(attempts.begin('fe80::2%eth1', 0)).toBeGreaterThan(0)
})

test('the memory is bounded: a flood of addresses pushes the oldest out, not the newest', () => {
  const attempts = createFailedAttempts({ ...limits, burst: 1 })
  for (let count = 0; count < 1000; count += 1) attempts.begin(`10.0.${count >> 8}.${count & 255}`, 0)
  expect(attempts.begin('10.0.3.231', 0)).toBeGreaterThan(0)
  expect(attempts.begin('10.0.0.0', 0)).toBe(0)
})
