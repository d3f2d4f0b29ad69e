import { expect, test } from 'vitest'
import { dayOf, monthOf } from './calendar.ts'
import { createRuleBook } from './rule-book.ts'
import { readAdditions } from './spent-so-far.ts'

test('the ledger’s hours become what days and months begin with, by the rules of today', async () => {
  const now = Date.UTC(2026, 10, 21, 15)
  const rules = createRuleBook([
    { key: '*', tokens_per_day: 1000, requests_per_minute: 5 },
    { team: 'search', budget_per_month: 5, budget_per_day: 5 },
  ])
  const row = { keyId: 'k1', user: null, team: 'search', tenant: null, model: 'pocket', requests: 1 }
  const asked: number[] = []
  const additions = await readAdditions(
    async (sinceMs) => {
      asked.push(sinceMs)
      return [
        { ...row, hour: Date.UTC(2026, 10, 3), tokens: 100, costNano: 7 },
        { ...row, hour: Date.UTC(2026, 10, 21), tokens: 10, costNano: 3 },
        { ...row, hour: Date.UTC(2026, 10, 21, 15), keyId: 'k2', tokens: 5, costNano: 1 },
        { ...row, hour: Date.UTC(2026, 10, 21, 14), team: null, tokens: 2, costNano: 9 },
      ]
    },
    rules,
    now,
  )
  expect(asked).toEqual([Date.UTC(2026, 10, 1)])
  const sums = additions.map(({ counter, period, amount }) => [
    counter.resource,
    counter.whose,
    period,
    amount,
  ])
  expect(sums).toEqual(
    expect.arrayContaining([
      ['tokens_per_day', 'key k1', dayOf(now), 12],
      ['tokens_per_day', 'key k2', dayOf(now), 5],
      ['budget_per_month', 'team search', monthOf(now), 11],
      ['budget_per_day', 'team search', dayOf(now), 4],
    ]),
  )
  expect(sums).toHaveLength(4)
})
