import { expect, test } from 'vitest'
import { createRetryBudget } from './retry-budget.ts'

function open(share: number) {
  const clock = { now: 0 }
  const budget = createRetryBudget(share, () => clock.now)
  const withdrawAll = () => {
    let count = 0
    while (budget.withdraw()) count += 1
    return count
  }
  const deposit = (count: number) => {
    for (let turn = 0; turn < count; turn += 1) budget.deposit()
  }
  return { budget, clock, withdrawAll, deposit }
}

test('a share of the recent requests, and ten in any case', () => {
  const { withdrawAll, deposit, clock } = open(0.2)
  expect(withdrawAll()).toBe(10)
  deposit(100)
  expect(withdrawAll()).toBe(10)
  clock.now = 5_000
  expect(withdrawAll(), 'what was withdrawn is still recent').toBe(0)
  clock.now = 10_000
  expect(withdrawAll()).toBe(10)
  clock.now = 1_000_000
  expect(withdrawAll()).toBe(10)
})

test('where every request fails, the load grows by the share and no more', () => {
  const { budget, clock } = open(0.2)
  let sent = 0
  for (let request = 0; request < 10_000; request += 1) {
    clock.now += 1
    budget.deposit()
    sent += 1
    for (let attempt = 0; attempt < 2; attempt += 1) if (budget.withdraw()) sent += 1
  }
  expect(sent).toBeGreaterThan(11_000)
  expect(sent).toBeLessThanOrEqual(12_000 + 20)
})

test('0 allows none', () => {
  const { withdrawAll, deposit } = open(0)
  deposit(1000)
  expect(withdrawAll()).toBe(0)
})
