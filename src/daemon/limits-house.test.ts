import { afterAll, beforeAll, expect, test } from 'vitest'
import { pino } from 'pino'
import { resolveConfig } from '../config/resolve.ts'
import type { Decision } from '../limits/limits.ts'
import { startRedis, type TestRedis } from '../limits/redis.test-kit.ts'
import type { SpentSoFar } from '../limits/spent-so-far.ts'
import { openLimitsHouse } from './limits-house.ts'

const log = pino({ level: 'silent' })
const read = (flags: object) => resolveConfig({ flags: flags as never }).config
const caller = { key: 'k1', user: null, team: 'search', tenant: null, model: 'tiny' }
const wanted = { promptTokens: 10, answerTokens: 10, mostAnswerTokens: 100 }

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.remove())

test('nothing to limit and nothing to price: nothing is in the way', async () => {
  const house = await openLimitsHouse({ config: read({}), log })
  expect(house.limits).toBeUndefined()
  expect(house.condition()).toEqual({ name: 'limits', degraded: null })
  await house.close()
})

test('prices alone give every answer its price', async () => {
  const config = read({ prices: { '*': { input: 1, output: 2 } } })
  const { limits } = await openLimitsHouse({ config, log })
  const decision = limits!.reserve(caller, wanted) as Extract<Decision, { refusal: undefined }>
  expect(decision.settle({ prompt: 10, cached: 0, completion: 5 })).toBe(20_000)
})

const spentSoFar: SpentSoFar = async () => {
  const row = { user: null, team: 'search', tenant: null, model: 'tiny', requests: 1 }
  return [{ ...row, keyId: 'k2', hour: Date.now(), tokens: 990, costNano: 0 }]
}

test.each(['memory', 'redis'])('%s: a restart does not give the day’s tokens twice', async (store) => {
  const limits = [{ team: 'search', tokens_per_day: 1000 }]
  const limits_store = store === 'redis' ? redis.address : store
  const config = read({ limits, limits_store, limits_timeout: '5s' })
  for (let start = 0; start < 2; start += 1) {
    const house = await openLimitsHouse({ config, log, spentSoFar })
    const { refusal } = await house.limits!.reserve(caller, wanted)
    expect(refusal?.details).toMatchObject({ limit: 'tokens_per_day', limit_used: 990 })
    await house.close()
  }
})

test('a Redis that goes away is a condition and an event, and not a word about where it was', async () => {
  const config = read({
    limits: [{ key: '*', requests_per_minute: 5 }],
    limits_store: redis.address,
    limits_timeout: '3s',
  })
  const events: string[] = []
  const house = await openLimitsHouse({
    config,
    log,
    events: { record: (name) => void events.push(name) },
  })
  await redis.kill()
  await house.limits!.reserve(caller, wanted)
  expect(house.condition().degraded).toContain('each daemon counts on its own')
  expect(house.condition().degraded).not.toMatch(/127|redis:/)
  expect(house.status()).toMatchObject({ withoutRedis: 1 })
  await redis.start()
  await expect.poll(() => house.condition().degraded).toBeNull()
  expect(events).toEqual(['limits.store_lost', 'limits.store_back'])
  await house.close()
})

test.each([
  [{ limits: [{ key: '*', budget_per_day: 1 }] }, 'limits.0.budget_per_day', 'no model has a price'],
  [
    { limits: [{ model: 'a', budget_per_day: 1 }], prices: { b: { input: 1, output: 1 } } },
    'limits.0.budget_per_day',
    'a has no price',
  ],
  [
    { models: [{ name: 'a', aliases: ['b'] }], limits: [{ model: 'b', requests_per_minute: 1 }] },
    'limits.0.model',
    'write the model\'s own name, "a"',
  ],
])('what could never work is refused: %j', async (flags, param, message) => {
  const failure = openLimitsHouse({ config: read(flags), log })
  await expect(failure).rejects.toMatchObject({ code: 'invalid_config', param })
  await expect(failure).rejects.toThrow(message)
})
