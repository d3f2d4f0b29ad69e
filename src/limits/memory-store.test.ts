import { expect, test } from 'vitest'
import { createCounter, one } from './counter.test-kit.ts'
import { createMemoryStore } from './memory-store.ts'
import { createSlidingWindow, chargeSlot, slide } from './sliding-window.ts'

test('counters are bounded: what has run out goes first, then the oldest, never one whose places are held', () => {
  let now = Date.UTC(2026, 0, 1)
  const store = createMemoryStore({ size: 100, clock: () => now })
  const held = one(createCounter('concurrent_requests', 1))
  expect(store.reserve(held).admitted).toBe(true)
  for (let made = 0; made < 1000; made += 1) store.reserve(one(createCounter('requests_per_minute', 1)))
  expect(store.size()).toBeLessThanOrEqual(101)
  expect(store.reserve(held).admitted).toBe(false)
  now += 61_000
  for (let made = 0; made < 200; made += 1) store.reserve(one(createCounter('tokens_per_day', 9)))
  expect(store.size()).toBeLessThanOrEqual(101)
  expect(store.reserve(held).admitted).toBe(false)
})

test('an idle counter costs no memory for long', () => {
  let now = Date.UTC(2026, 0, 1)
  const store = createMemoryStore({ clock: () => now })
  for (let made = 0; made < 5000; made += 1) {
    store.reserve(one(createCounter('requests_per_minute', 5)))
    now += 1000
  }
  expect(store.size()).toBeLessThan(200)
})

test('a clock that is set back locks nobody out', () => {
  let now = Date.UTC(2026, 0, 2)
  const store = createMemoryStore({ clock: () => now })
  const charges = one(createCounter('requests_per_minute', 1))
  expect(store.reserve(charges).admitted).toBe(true)
  now -= 5000
  expect(store.reserve(charges).admitted).toBe(false)
  now -= 3_600_000
  expect(store.reserve(charges).admitted).toBe(true)
})

test('a window keeps at most its slots, however much comes', () => {
  const window = createSlidingWindow()
  for (let slot = 0; slot < 20_000; slot += 1) {
    slide(window, slot)
    chargeSlot(window, slot, 1)
    chargeSlot(window, slot, 1)
  }
  expect(window.total).toBe(2 * 601)
  expect(window.slots.length).toBeLessThan(1300)
})
