import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { dayOf } from './calendar.ts'
import { createCounter, one } from './counter.test-kit.ts'
import type { Addition, Charge, Verdict } from './limit-store.ts'
import { connectRedis } from './redis-connection.ts'
import { startRedis, type TestRedis } from './redis.test-kit.ts'
import { createSharedStore, type SharedStore } from './shared-store.ts'
import type { FailurePolicy } from './without-redis.ts'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.remove())
beforeEach(async () => {
  await redis.kill()
  await redis.start()
})
const stores: SharedStore[] = []
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()))
})

async function open(policy: FailurePolicy, extra: { replicas?: number; spent?: Addition[] } = {}) {
  const changes: (string | null)[] = []
  const store = createSharedStore({
    // Long enough that a busy machine alone never looks like a Redis that hangs.
    connection: connectRedis(redis.address, 2000),
    policy,
    replicas: extra.replicas ?? 1,
    spent: extra.spent && (async () => extra.spent!),
    onChange: (away) => changes.push(away),
    probeMs: 20,
  })
  stores.push(store)
  await store.start()
  expect(store.status()).toEqual({ away: null, failures: 0, withoutRedis: 0 })
  return { store, changes }
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited 20 s in vain until ${what}`)
    await new Promise((later) => setTimeout(later, 10))
  }
}
const back = (store: SharedStore) => until('Redis is back', () => store.status().away === null)
const levels = async (store: SharedStore, charges: Charge[]) =>
  (await store.reserve(charges.map((each) => ({ ...each, amount: 0 })))).levels.map(({ used }) => used)
const settle = (verdict: Verdict, used: number[]) => {
  if (!verdict.admitted) throw new Error('refused')
  verdict.hold.settle(used)
}

test('local: on its own, a daemon gives away its part of what was left', async () => {
  const { store, changes } = await open('local', { replicas: 2 })
  const requests = createCounter('requests_per_minute', 10)
  const budget = createCounter('budget_per_day', 100)
  const charges = [...one(requests), ...one(budget, 10)]
  for (let turn = 0; turn < 4; turn += 1) settle(await store.reserve(charges), [1, 10])
  await redis.kill()
  // 60 of 100 are left, half of them ours: three requests, whose answer comes without waiting.
  const verdicts = await Promise.all(Array.from({ length: 8 }, async () => store.reserve(charges)))
  expect(verdicts.filter(({ admitted }) => admitted)).toHaveLength(3)
  expect(verdicts.at(-1)).toMatchObject({ admitted: false, refusedBy: 1 })
  expect(store.reserve(charges)).not.toBeInstanceOf(Promise)
  expect(store.status()).toMatchObject({ withoutRedis: 9 })
  expect(store.status().away).toEqual(expect.any(String))
  expect(changes).toHaveLength(1)

  // What was used in the meantime is told to the Redis that comes back, even though it has lost everything.
  for (const verdict of verdicts) if (verdict.admitted) verdict.hold.settle([1, 7])
  await redis.start()
  await back(store)
  expect(changes.at(-1)).toBeNull()
  expect(changes).toHaveLength(2)
  expect(await levels(store, one(budget))).toEqual([21])
})

test('a Redis that hangs is left after one timeout, and what was used meanwhile is told to it afterwards', async () => {
  const { store } = await open('local')
  const budget = createCounter('tokens_per_day', 1000)
  const places = createCounter('concurrent_requests', 5)
  const charges = [...one(budget, 100), ...one(places)]
  const early = await store.reserve(charges)
  redis.hang()
  try {
    // It waits for the timeout, once; the next ones do not wait at all.
    const first = await store.reserve(charges)
    expect(first.admitted).toBe(true)
    const second = store.reserve(charges)
    expect(second).not.toBeInstanceOf(Promise)
    // This one was admitted by Redis; its settlement cannot arrive now.
    settle(early, [40, 1])
    settle(first, [30, 1])
    settle(await second, [30, 1])
  } finally {
    redis.resume()
  }
  await back(store)
  expect(await levels(store, charges)).toEqual([100, 0])
})

test('fail_open lets all pass and remembers what days and months owe', async () => {
  const { store } = await open('fail_open')
  const budget = createCounter('tokens_per_day', 100)
  redis.hang()
  try {
    for (let turn = 0; turn < 30; turn += 1) {
      const verdict = await store.reserve(one(budget, 10))
      expect(verdict).toMatchObject({ admitted: true, levels: [] })
      settle(verdict, [5])
    }
  } finally {
    redis.resume()
  }
  await back(store)
  expect(await levels(store, one(budget))).toEqual([150])
  expect((await store.reserve(one(budget, 1))).admitted).toBe(false)
})

test('fail_closed refuses, with the time to come back', async () => {
  const { store } = await open('fail_closed')
  const charges = one(createCounter('requests_per_minute', 100))
  await redis.kill()
  await expect(store.reserve(charges)).rejects.toMatchObject({ code: 'limits_unavailable', retryAfterMs: 20 })
  expect(() => store.reserve(charges)).toThrow('limits cannot be checked')
  await redis.start()
  await back(store)
  expect((await store.reserve(charges)).admitted).toBe(true)
})

test('killed under load: no call fails, hangs or is admitted over the limits of both', async () => {
  const { store } = await open('local')
  const places = createCounter('concurrent_requests', 10)
  let most = 0
  let running = 0
  let done = 0
  const client = async () => {
    for (let turn = 0; turn < 200; turn += 1) {
      const verdict = await store.reserve(one(places))
      if (verdict.admitted) {
        running += 1
        most = Math.max(most, running)
        await new Promise((later) => setImmediate(later))
        running -= 1
        verdict.hold.settle([1])
      }
      done += 1
    }
  }
  const load = Promise.all(Array.from({ length: 50 }, client))
  await until('some are done', () => done > 500)
  await redis.kill()
  await until('more are done', () => done > 2000)
  await redis.start()
  await load
  expect(done).toBe(10_000)
  // Those that Redis admitted, those that were judged without it, and those after it came back with nothing.
  expect(most).toBeLessThanOrEqual(30)
  await back(store)
  await until('all places are free', async () => (await levels(store, one(places)))[0] === 0)
})

test('an empty Redis is filled from the ledger, once, by whichever daemon comes first', async () => {
  const budget = createCounter('tokens_per_day', 1000)
  const spent = [{ counter: budget, period: dayOf(Date.now()), amount: 700 }]
  const first = await open('local', { spent })
  const second = await open('local', { spent })
  expect(await levels(first.store, one(budget))).toEqual([700])
  settle(await second.store.reserve(one(budget, 100)), [50])
  expect(await levels(first.store, one(budget))).toEqual([750])
  // It comes back and knows nothing; by then the ledger has those 50 too.
  spent[0]!.amount = 750
  await redis.kill()
  expect((await first.store.reserve(one(budget, 1))).admitted).toBe(true)
  await redis.start()
  await back(first.store)
  expect(await levels(first.store, one(budget))).toEqual([750])
})

test('Redis away from the start: the policy holds from the first request on', async () => {
  await redis.kill()
  const store = createSharedStore({
    connection: connectRedis(redis.address, 50),
    policy: 'local',
    replicas: 1,
    spent: undefined,
    onChange: () => undefined,
    probeMs: 20,
  })
  stores.push(store)
  await store.start()
  expect(store.status().away).toEqual(expect.any(String))
  expect(store.reserve(one(createCounter('requests_per_minute', 1)))).toMatchObject({ admitted: true })
  await redis.start()
  await back(store)
})
