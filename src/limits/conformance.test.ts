import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { dayOf, monthOf } from './calendar.ts'
import { createCounter, one } from './counter.test-kit.ts'
import type { Addition, Charge, Hold, LimitStore, Verdict } from './limit-store.ts'
import { createMemoryStore } from './memory-store.ts'
import { connectRedis } from './redis-connection.ts'
import { createRedisStore } from './redis-store.ts'
import { startRedis, type TestRedis } from './redis.test-kit.ts'

/** "A minute", so that a test can see several pass; the longer one where a busy machine must not see it pass. */
const windowMs = 600
const longWindowMs = 2000
const shortLeaseMs = 1500

type Opened = LimitStore & {
  add(additions: Addition[]): unknown
  /** As kill -9 of the daemon: what it holds is never settled. Gives the store that the next daemon opens. */
  crash(): Opened
  close(): unknown
}

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.remove())

let opened: Opened[] = []
afterEach(async () => {
  await Promise.all(opened.map((store) => store.close()))
  opened = []
})
const keep = (store: Opened): Opened => {
  opened.push(store)
  return store
}

const openers: Record<string, (windowMs: number, leaseMs: number) => Opened> = {
  memory: function open(window): Opened {
    const store = createMemoryStore({ windowMs: window })
    return keep({ ...store, crash: (): Opened => open(window), close: () => undefined })
  },
  redis: function open(window, leaseMs): Opened {
    // The machine may be busy, and nothing here is about being slow.
    const connection = connectRedis(redis.address, 20_000)
    const fail = (cause: Error) => {
      throw cause
    }
    const store = createRedisStore({
      connection,
      windowMs: window,
      leaseMs,
      onUnsettled: (_late, cause) => fail(cause),
      onRenewFailure: fail,
    })
    let markers = 0
    return keep({
      reserve: store.reserve,
      add: (additions) => store.add(`added-${process.pid}-${performance.now()}-${(markers += 1)}`, additions),
      crash(): Opened {
        void store.close()
        return open(window, leaseMs)
      },
      close: store.close,
    })
  },
}

async function ready(name: string, window = 60_000, leaseMs = 60_000): Promise<Opened> {
  const store = openers[name]!(window, leaseMs)
  // The client does not queue for a connection that is not there yet.
  await eventually(async () => {
    try {
      return (await store.reserve(one(createCounter('concurrent_requests', 1)))).admitted
    } catch {
      return false
    }
  })
  return store
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('waited 20 s in vain')
    await new Promise((later) => setTimeout(later, 5))
  }
}

const admitted = (verdict: Verdict): Hold => {
  if (!verdict.admitted) throw new Error(`refused: ${JSON.stringify(verdict)}`)
  return verdict.hold
}
const isAdmitted = async (store: LimitStore, charges: Charge[]) => (await store.reserve(charges)).admitted
const used = async (store: LimitStore, charges: Charge[]) =>
  (await store.reserve(charges.map((each) => ({ ...each, amount: 0 })))).levels.map((level) => level.used)

describe.each(['memory', 'redis'])('%s', (name) => {
  test('5,000 calls at once with weights: exactly as many as fit, over a whole hierarchy', async () => {
    const store = await ready(name)
    const key = createCounter('tokens_per_minute', 1500)
    const team = createCounter('tokens_per_day', 1000)
    const tenant = createCounter('budget_per_month', 1e15)
    const charges = [
      { counter: key, amount: 7 },
      { counter: team, amount: 7 },
      { counter: tenant, amount: 1e9 },
    ]
    const verdicts = await Promise.all(Array.from({ length: 5000 }, async () => store.reserve(charges)))
    expect(verdicts.filter((verdict) => verdict.admitted)).toHaveLength(142)
    // Refused calls were charged nothing, by nobody.
    expect(await used(store, charges)).toEqual([994, 994, 142e9])
    expect(verdicts.every((verdict) => verdict.admitted || verdict.refusedBy === 1)).toBe(true)
  })

  test('5,000 calls at once for places, given back and taken again', async () => {
    const store = await ready(name)
    const charges = one(createCounter('concurrent_requests', 17))
    for (let round = 0; round < 2; round += 1) {
      const verdicts = await Promise.all(Array.from({ length: 2500 }, async () => store.reserve(charges)))
      const holds = verdicts.flatMap((verdict) => (verdict.admitted ? [verdict.hold] : []))
      expect(holds).toHaveLength(17)
      const refused = verdicts.find((verdict) => !verdict.admitted)!
      expect(refused).toMatchObject({ refusedBy: 0, retryAfterMs: undefined })
      // Twice: a place that is given back twice would let too many in.
      for (const hold of [...holds, ...holds]) hold.settle([1])
    }
    expect(await used(store, charges)).toEqual([0])
  })

  test('requests that come and go at random never hold more than there is, and end with what they used', async () => {
    const store = await ready(name)
    const tokens = createCounter('tokens_per_day', 5000)
    const places = createCounter('concurrent_requests', 8)
    let running = 0
    let spent = 0
    let reserved = 0
    const client = async (seed: number) => {
      for (let turn = 0; turn < 25; turn += 1) {
        const amount = 1 + ((seed * 31 + turn * 17) % 50)
        const charges = [
          { counter: tokens, amount },
          { counter: places, amount: 1 },
        ]
        const verdict = await store.reserve(charges)
        if (!verdict.admitted) continue
        running += 1
        reserved += amount
        expect(running).toBeLessThanOrEqual(8)
        expect(spent + reserved).toBeLessThanOrEqual(5000)
        if (seed % 3 === 0) await new Promise((later) => setImmediate(later))
        const took = (seed + turn) % (amount + 1)
        running -= 1
        reserved -= amount
        spent += took
        verdict.hold.settle([took, 1])
      }
    }
    await Promise.all(Array.from({ length: 200 }, (_, seed) => client(seed)))
    expect(await used(store, [...one(tokens), ...one(places)])).toEqual([spent, 0])
    expect(spent).toBeGreaterThan(0)
  })

  test('all or nothing: one limit refuses and no other is charged', async () => {
    const store = await ready(name)
    const wide = createCounter('requests_per_minute', 100)
    const narrow = createCounter('requests_per_minute', 1)
    const both = [...one(wide), ...one(narrow)]
    expect(await isAdmitted(store, both)).toBe(true)
    const refused = await store.reserve(both)
    expect(refused).toMatchObject({ admitted: false, refusedBy: 1 })
    expect(refused.levels.map((level) => level.used)).toEqual([1, 1])
    expect(await used(store, both)).toEqual([1, 1])
  })

  test('of several limits that refuse, the one that waits longest says when to come back', async () => {
    const store = await ready(name)
    const minute = one(createCounter('tokens_per_minute', 10), 10)
    const day = one(createCounter('tokens_per_day', 10), 10)
    expect(await isAdmitted(store, [...minute, ...day])).toBe(true)
    const now = Date.now()
    const refused = await store.reserve([...minute, ...day])
    expect(refused).toMatchObject({ admitted: false, refusedBy: 1 })
    if (refused.admitted) return
    const midnight = (dayOf(now) + 1) * 86_400_000
    expect(Math.abs(refused.retryAfterMs! - (midnight - now))).toBeLessThan(30_000)
    expect(refused.levels[0]!.resetMs).toBeGreaterThan(30_000)
    expect(refused.levels[0]!.resetMs).toBeLessThanOrEqual(60_200)
  })

  test.each(['tokens_per_minute', 'tokens_per_day', 'budget_per_day', 'budget_per_month'] as const)(
    '%s settles up and down',
    async (resource) => {
      const store = await ready(name)
      const counter = createCounter(resource, 1000)
      const first = admitted(await store.reserve(one(counter, 900)))
      expect(await isAdmitted(store, one(counter, 200))).toBe(false)
      first.settle([100])
      first.settle([0])
      expect(await used(store, one(counter))).toEqual([100])
      const second = admitted(await store.reserve(one(counter, 900)))
      // An answer may become longer than anybody thought: that counts too, over the limit.
      second.settle([1200])
      expect(await used(store, one(counter))).toEqual([1300])
      expect(await isAdmitted(store, one(counter, 1))).toBe(false)
    },
  )

  test('the window slides: no stretch of its length ever holds more than the limit', async () => {
    const store = await ready(name, windowMs)
    const limit = 20
    const counter = createCounter('requests_per_minute', limit)
    const times: { before: number; after: number }[] = []
    const end = performance.now() + 4 * windowMs
    // A third early, the rest late: with fixed windows, two bursts would meet at their border.
    while (performance.now() < end || times.length <= 2 * limit) {
      const before = performance.now()
      if (times.length % 3 !== 0 || performance.now() % windowMs > windowMs / 3) {
        if (await isAdmitted(store, one(counter))) times.push({ before, after: performance.now() })
      }
      await new Promise((later) => setTimeout(later, 3))
    }
    for (let index = limit; index < times.length; index += 1)
      expect(times[index]!.after - times[index - limit]!.before).toBeGreaterThanOrEqual(windowMs)
  })

  test('a refused request may come back when it was told to', async () => {
    const store = await ready(name, longWindowMs)
    const counter = createCounter('tokens_per_minute', 10)
    expect(await isAdmitted(store, one(counter, 6))).toBe(true)
    await new Promise((later) => setTimeout(later, longWindowMs / 3))
    expect(await isAdmitted(store, one(counter, 4))).toBe(true)
    const refused = await store.reserve(one(counter, 6))
    if (refused.admitted) throw new Error('admitted')
    // The first six leave before the other four.
    expect(refused.retryAfterMs).toBeLessThanOrEqual((longWindowMs * 2) / 3 + 10)
    await new Promise((later) => setTimeout(later, refused.retryAfterMs! + 2))
    expect(await isAdmitted(store, one(counter, 6))).toBe(true)
  })

  test('what settles after its minute: less is forgotten, more counts from then on', async () => {
    const store = await ready(name, longWindowMs)
    const counter = createCounter('tokens_per_minute', 100)
    const less = admitted(await store.reserve(one(counter, 50)))
    const more = admitted(await store.reserve(one(counter, 50)))
    await eventually(async () => (await used(store, one(counter)))[0] === 0)
    less.settle([1])
    more.settle([70])
    expect(await used(store, one(counter))).toEqual([20])
  })

  test('a daemon that was killed holds its places and reservations no longer than a lease', async () => {
    const first = await ready(name, 60_000, shortLeaseMs)
    const places = createCounter('concurrent_requests', 2)
    const budget = createCounter('budget_per_day', 100)
    const charges = [...one(places), ...one(budget, 40)]
    expect([await isAdmitted(first, charges), await isAdmitted(first, charges)]).toEqual([true, true])
    expect(await isAdmitted(first, charges)).toBe(false)
    const second = first.crash()
    await eventually(async () => {
      try {
        return await isAdmitted(second, charges)
      } catch {
        return false
      }
    })
    expect((await used(second, charges))[0]).toBe(1)
  })

  test('a request that runs for long keeps its place', async () => {
    const store = await ready(name, 60_000, shortLeaseMs)
    const charges = one(createCounter('concurrent_requests', 1))
    const hold = admitted(await store.reserve(charges))
    const end = performance.now() + 2 * shortLeaseMs
    while (performance.now() < end) {
      expect(await isAdmitted(store, charges)).toBe(false)
      await new Promise((later) => setTimeout(later, 20))
    }
    hold.settle([1])
    expect(await isAdmitted(store, charges)).toBe(true)
  })

  test('what was used before counts for its own day and month only', async () => {
    const store = await ready(name)
    const day = createCounter('tokens_per_day', 1000)
    const month = createCounter('budget_per_month', 1000)
    const now = Date.now()
    const today = [
      { counter: day, period: dayOf(now), amount: 600 },
      { counter: month, period: monthOf(now), amount: 300 },
    ]
    await store.add(today)
    await store.add([{ counter: day, period: dayOf(now) - 1, amount: 5000 }])
    await store.add([{ counter: month, period: monthOf(now), amount: 300 }])
    expect(await used(store, [...one(day), ...one(month)])).toEqual([600, 600])
    expect(await isAdmitted(store, [...one(day, 400), ...one(month, 401)])).toBe(false)
    expect(await isAdmitted(store, [...one(day, 400), ...one(month, 400)])).toBe(true)
  })
})
