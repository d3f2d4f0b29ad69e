import { expect, test } from 'vitest'
import { createLimits, type Decision, type Wanted } from './limits.ts'
import { createMemoryStore } from './memory-store.ts'
import { createPriceList } from './price-list.ts'
import { encodeReset } from './rate-headers.ts'
import { createRuleBook, type Caller, type LimitRule } from './rule-book.ts'

const ann: Caller = { key: 'k1', user: 'ann', team: null, tenant: null, model: 'pocket' }
const noon = Date.UTC(2026, 10, 21, 12)

function open(list: LimitRule[], prices = {}) {
  let now = noon
  const limits = createLimits({
    rules: createRuleBook(list),
    prices: createPriceList(prices),
    store: createMemoryStore({ clock: () => now }),
    answerTokens: 50,
  })
  return {
    pass: (ms: number) => (now += ms),
    // In memory, an answer is no promise.
    ask: (wanted: Partial<Wanted> = {}, caller = ann) =>
      limits.reserve(caller, {
        promptTokens: 10,
        answerTokens: 10,
        mostAnswerTokens: 1000,
        ...wanted,
      }) as Decision,
  }
}
const use = (decision: Decision, prompt: number, completion: number, cached = 0) => {
  if (decision.refusal) throw decision.refusal
  return decision.settle({ prompt, cached, completion })
}
const header = ({ headers }: Decision, name: string) => new Map(headers).get(`x-ratelimit-${name}`)

test('the refusal says whose limit, how much of it and when; it charges nothing', () => {
  const { ask, pass } = open([{ key: '*', tokens_per_minute: 100 }])
  use(ask({ answerTokens: 80 }), 10, 70)
  const { refusal } = ask({ answerTokens: 20 })
  expect(refusal).toMatchObject({
    code: 'rate_limit_exceeded',
    status: 429,
    retryAfterMs: 60_100,
    message:
      'the limit of 100 tokens per minute for key k1 is reached: 20 tokens left, this request needs up to 30 tokens; try again in 61 s',
    details: { limit: 'tokens_per_minute', limit_of: 'key k1', limit_used: 80, limit_requested: 30 },
  })
  expect(ask({ answerTokens: 10 }).refusal).toBeUndefined()
  expect(ask({ answerTokens: 10 }).refusal).toBeDefined()
  pass(60_100)
  expect(ask({ answerTokens: 90 }).refusal).toBeUndefined()
})

test('the headers are those of the tightest limit of each kind', () => {
  const { ask } = open([
    { key: '*', requests_per_minute: 10, tokens_per_day: 500 },
    { user: '*', requests_per_minute: 3, tokens_per_minute: 1000 },
  ])
  const decision = ask()
  expect(header(decision, 'limit-requests')).toBe('3')
  expect(header(decision, 'remaining-requests')).toBe('2')
  expect(header(decision, 'reset-requests')).toBe('1m0s')
  expect(header(decision, 'limit-tokens')).toBe('500')
  expect(header(decision, 'remaining-tokens')).toBe('480')
  expect(header(decision, 'reset-tokens')).toBe('12h0m0s')
  expect(open([{ key: 'k9', requests_per_minute: 1 }]).ask().headers).toEqual([])
  expect(open([{ key: '*', concurrent_requests: 1 }]).ask().headers).toEqual([])
})

test.each([
  [0, '0ms'],
  [17, '17ms'],
  [1000, '1s'],
  [8640, '8.64s'],
  [60_000, '1m0s'],
  [360_000, '6m0s'],
  [86_399_000, '23h59m59s'],
])('%d ms are %s', (ms, text) => {
  expect(encodeReset(ms)).toBe(text)
})

test('what can never fit is refused for good, whatever is left', () => {
  const { ask } = open([{ key: '*', tokens_per_day: 100 }])
  expect(ask({ promptTokens: 91 }).refusal).toMatchObject({
    code: 'request_over_limit',
    status: 400,
    retryAfterMs: undefined,
    param: 'max_tokens',
  })
  // Who names no max_tokens reserves the usual, or what fits.
  expect(ask({ promptTokens: 90, answerTokens: undefined }).refusal).toBeUndefined()
  const free = open([{ key: '*', tokens_per_day: 1000 }])
  expect(header(free.ask({ answerTokens: undefined }), 'remaining-tokens')).toBe('940')
  expect(header(free.ask({ answerTokens: undefined, mostAnswerTokens: 5 }), 'remaining-tokens')).toBe('925')
  expect(header(free.ask({ answerTokens: 500, mostAnswerTokens: 5 }), 'remaining-tokens')).toBe('910')
})

test('money: reserved at full price, settled with what was cached; budgets begin anew at midnight UTC', () => {
  const prices = { pocket: { input: 1, cached: 0.1, output: 2 } }
  const { ask, pass } = open([{ user: 'ann', budget_per_day: 0.0001, budget_per_month: 0.00015 }], prices)
  expect(use(ask({ promptTokens: 40, answerTokens: 30 }), 40, 20, 30)).toBe(10_000 + 3000 + 40_000)
  const day = ask({ promptTokens: 10, answerTokens: 30 }).refusal
  expect(day).toMatchObject({
    code: 'budget_exceeded',
    status: 429,
    retryAfterMs: 12 * 3_600_000,
    details: { limit: 'budget_per_day', limit_of: 'user ann', limit_value: 0.0001, limit_used: 0.000053 },
  })
  pass(12 * 3_600_000)
  use(ask({ promptTokens: 10, answerTokens: 30 }), 10, 30)
  pass(24 * 3_600_000)
  const month = ask({ promptTokens: 10, answerTokens: 15 }).refusal
  expect(month?.details).toMatchObject({ limit: 'budget_per_month', limit_used: 0.000123 })
  expect(month?.retryAfterMs).toBe(Date.UTC(2026, 11, 1) - Date.UTC(2026, 10, 23))
})

test('a model without a price costs nothing, also with an empty purse; "*" prices the others', () => {
  const rules = [{ user: 'ann', budget_per_day: 0.000002 }]
  const { ask } = open(rules, { dear: { input: 0, output: 1 } })
  use(ask({ answerTokens: 2 }, { ...ann, model: 'dear' }), 10, 2)
  expect(ask({ answerTokens: 1 }, { ...ann, model: 'dear' }).refusal?.code).toBe('budget_exceeded')
  expect(use(ask(), 10, 10)).toBeUndefined()
  expect(
    createPriceList({ '*': { input: 0.1, output: 0.2 } }).costOf('any', {
      prompt: 1,
      cached: 0,
      completion: 1,
    }),
  ).toBe(300)
  expect(createPriceList({}).costOf('toString', { prompt: 1, cached: 0, completion: 1 })).toBeUndefined()
})

test('who never reached the model gets everything back, and nobody settles twice', () => {
  const { ask } = open([{ key: '*', requests_per_minute: 1, concurrent_requests: 1, tokens_per_minute: 20 }])
  for (let turn = 0; turn < 3; turn += 1) {
    const decision = ask()
    if (decision.refusal) throw decision.refusal
    decision.settle(undefined)
    decision.settle(undefined)
  }
  use(ask(), 10, 0)
  expect(ask().refusal?.details).toMatchObject({ limit: 'requests_per_minute', limit_used: 1 })
})

test('yesterday’s reservation does not touch today’s counter', () => {
  const { ask, pass } = open([{ key: '*', tokens_per_day: 100 }])
  const late = ask({ answerTokens: 80 })
  pass(12 * 3_600_000)
  const today = ask({ answerTokens: 20 })
  use(late, 10, 5)
  expect(header(today, 'remaining-tokens')).toBe('70')
  use(today, 10, 20)
  expect(header(ask({ answerTokens: 10 }), 'remaining-tokens')).toBe('50')
})
