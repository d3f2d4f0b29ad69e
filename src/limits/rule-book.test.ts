import { expect, test } from 'vitest'
import { createRuleBook, type Caller, type LimitRule } from './rule-book.ts'

const ann: Caller = { key: 'k1', user: 'ann', team: 'search', tenant: null, model: 'pocket' }
const list = (rules: LimitRule[], caller: Partial<Caller> = {}) =>
  createRuleBook(rules)
    .countersFor({ ...ann, ...caller })
    .map(({ resource, whose, limit }) => [resource, whose, limit])

test('every rule that names the caller holds, each for its own subject', () => {
  const rules = [
    { key: '*', requests_per_minute: 60, concurrent_requests: 4 },
    { team: 'search', tokens_per_day: 1000 },
    { team: 'other', tokens_per_day: 1 },
    { tenant: '*', requests_per_minute: 1 },
    { model: 'pocket', budget_per_month: 0.5 },
    { user: 'ann', model: '*', tokens_per_minute: 9 },
  ]
  expect(list(rules)).toEqual([
    ['requests_per_minute', 'key k1', 60],
    ['concurrent_requests', 'key k1', 4],
    ['tokens_per_day', 'team search', 1000],
    ['budget_per_month', 'model pocket', 500_000_000],
    ['tokens_per_minute', 'user ann with model pocket', 9],
  ])
  expect(list(rules, { user: null, team: null })).toHaveLength(3)
})

test('a rule with a name replaces the one for everybody, number by number', () => {
  const rules = [
    { key: '*', requests_per_minute: 60, tokens_per_minute: 100 },
    { key: 'k1', requests_per_minute: 600 },
    { key: '*', model: 'pocket', requests_per_minute: 5 },
  ]
  expect(list(rules)).toEqual([
    ['tokens_per_minute', 'key k1', 100],
    ['requests_per_minute', 'key k1', 600],
    ['requests_per_minute', 'key k1 with model pocket', 5],
  ])
  expect(list(rules, { key: 'k2' })[0]).toEqual(['requests_per_minute', 'key k2', 60])
})

test('two rules that name half each: one counter, the smaller number', () => {
  const rules = [
    { key: 'k1', model: '*', requests_per_minute: 7 },
    { key: '*', model: 'pocket', requests_per_minute: 9 },
  ]
  expect(list(rules)).toEqual([['requests_per_minute', 'key k1 with model pocket', 7]])
})

test('no name makes up the counter of somebody else', () => {
  const book = createRuleBook([
    { user: '*', model: '*', requests_per_minute: 1 },
    { user: '*', requests_per_minute: 1 },
  ])
  const ids = [
    { user: 'a', model: 'b' },
    { user: 'a&model=b', model: 'b' },
    { user: 'a=', model: 'b' },
    { user: 'a%', model: 'b' },
    { user: 'A', model: 'b' },
  ].flatMap((caller) => book.countersFor({ ...ann, ...caller }).map(({ id }) => id))
  expect(new Set(ids).size).toBe(10)
  // Half a surrogate pair is no reason to fail.
  expect(book.countersFor({ ...ann, user: '\ud800' })).toHaveLength(2)
})

test('what is known of callers is found again, and stays bounded', () => {
  const book = createRuleBook([{ key: '*', requests_per_minute: 1 }], 2)
  const first = book.countersFor(ann)
  expect(book.countersFor({ ...ann })).toBe(first)
  for (const key of ['k2', 'k3', 'k4']) book.countersFor({ ...ann, key })
  expect(book.countersFor(ann)).toEqual(first)
})
