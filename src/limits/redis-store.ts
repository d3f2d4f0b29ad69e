import { randomUUID } from 'node:crypto'
import { createCalendar } from './calendar.ts'
import type { Addition, Charge, Counter, Hold, Level, Verdict } from './limit-store.ts'
import { createScript, type RedisConnection } from './redis-connection.ts'
import { addScript, renewScript, reserveScript, settleScript } from './redis-scripts.ts'
import { slotsPerWindow } from './sliding-window.ts'

export type RedisStoreOptions = {
  connection: RedisConnection
  /** How long "a minute" is: tests are in a hurry. */
  windowMs?: number
  /** How long a daemon that no longer says anything holds its places. */
  leaseMs?: number
  /** Where all keys begin; the hash tag keeps them on one shard of a cluster. */
  prefix?: string
  /** A settlement that did not arrive; it may be sent again with `settle`. */
  onUnsettled(late: Settlement, cause: Error): void
  onRenewFailure(cause: Error): void
}

export type Settlement = { id: string; counters: Counter[]; used: number[] }

export type RedisStore = {
  reserve(charges: Charge[]): Promise<Verdict>
  settle(settlement: Settlement): Promise<void>
  /** False: something with this marker was added before. No lifetime: the marker stays for ever. */
  add(marker: string, additions: Addition[], lifetimeMs?: number): Promise<boolean>
  has(marker: string): Promise<boolean>
  close(): Promise<void>
}

const scripts = {
  reserve: createScript(reserveScript),
  settle: createScript(settleScript),
  renew: createScript(renewScript),
  add: createScript(addScript),
  has: createScript("return redis.call('EXISTS', KEYS[1])"),
}

/** Ids in one call; Lua and the server's clock for others are the reason for a bound. */
const renewBatch = 1000

/** Counters in a Redis or Valkey that several daemons share. Every promise rejects when the server does not answer in time. */
export function createRedisStore(options: RedisStoreOptions): RedisStore {
  const { connection, windowMs = 60_000, leaseMs = 60_000, prefix = '{sluice}:limits:' } = options
  const slotMs = windowMs / slotsPerWindow
  const own = [`${prefix}leases`, `${prefix}holds`, `${prefix}swept:`]
  const keysOf = (counters: Counter[]) => [...own, ...counters.map(({ id }) => prefix + id)]
  const readVerdict = createVerdictReader(slotMs)
  const open = new Set<string>()
  connection.load(Object.values(scripts))
  const stopRenewing = renewLeases({ connection, leases: own[0]!, open, leaseMs }, options.onRenewFailure)

  const settle = async ({ id, counters, used }: Settlement) => {
    const words = counters.flatMap(({ kind }, index) => [kind, used[index]!])
    await connection.run(scripts.settle, keysOf(counters), [id, slotMs, ...words])
  }
  const createHold = (id: string, counters: Counter[]): Hold => ({
    settle(used) {
      if (!open.delete(id)) return
      const settlement = { id, counters, used }
      settle(settlement).catch((cause: Error) => options.onUnsettled(settlement, cause))
    },
  })

  return {
    async reserve(charges) {
      const id = randomUUID()
      const counters = charges.map(({ counter }) => counter)
      const words = charges.flatMap(({ counter, amount }) => [counter.kind, counter.limit, amount])
      // An answer that comes too late has admitted a request that was judged without it.
      const onLate = () => void settle({ id, counters, used: counters.map(() => 0) }).catch(() => undefined)
      const given = [id, leaseMs, slotMs, ...words]
      const answer = (await connection.run(scripts.reserve, keysOf(counters), given, onLate)) as number[]
      const verdict = readVerdict(counters, answer)
      if (!verdict.admitted) return verdict
      open.add(id)
      return { ...verdict, hold: createHold(id, counters) }
    },
    settle,
    async add(marker, additions, lifetimeMs = 0) {
      const keys = additions.map(({ counter }) => prefix + counter.id)
      const words = additions.flatMap(({ counter, period, amount }) => [counter.kind, period, amount])
      return (await connection.run(scripts.add, [prefix + marker, ...keys], [lifetimeMs, ...words])) === 1
    },
    has: async (marker) => (await connection.run(scripts.has, [prefix + marker], [])) === 1,
    async close() {
      stopRenewing()
      await connection.close()
    },
  }
}

/** As long as this daemon lives, its requests keep their places. */
function renewLeases(
  {
    connection,
    leases,
    open,
    leaseMs,
  }: { connection: RedisConnection; leases: string; open: Set<string>; leaseMs: number },
  onFailure: (cause: Error) => void,
): () => void {
  const renew = async () => {
    const ids = [...open]
    for (let from = 0; from < ids.length; from += renewBatch)
      await connection.run(scripts.renew, [leases], [leaseMs, ...ids.slice(from, from + renewBatch)])
  }
  const timer = setInterval(() => void renew().catch(onFailure), leaseMs / 3).unref()
  return () => clearInterval(timer)
}

/** What the reserve script answers; see there. */
function createVerdictReader(slotMs: number) {
  const readLevels = createLevelReader(slotMs)
  return (counters: Counter[], answer: number[]) => {
    const levels = readLevels(counters, answer)
    const refusedBy = answer[0]! - 1
    if (refusedBy === -1) return { admitted: true as const, levels }
    const { kind } = counters[refusedBy]!
    const waits = {
      places: undefined,
      window: answer[2]!,
      day: levels[refusedBy]!.resetMs,
      month: levels[refusedBy]!.resetMs,
    }
    return { admitted: false as const, levels, refusedBy, retryAfterMs: waits[kind] }
  }
}

function createLevelReader(slotMs: number) {
  const calendar = createCalendar()
  return (counters: Counter[], answer: number[]): Level[] => {
    const now = answer[1]!
    const { dayEnd, monthEnd } = calendar(now)
    return counters.map(({ kind }, index) => {
      const used = answer[index * 2 + 3]!
      const youngest = answer[index * 2 + 4]!
      if (kind === 'places') return { used, resetMs: 0 }
      if (kind !== 'window') return { used, resetMs: (kind === 'day' ? dayEnd : monthEnd) - now }
      const resetMs = Math.ceil((youngest + slotsPerWindow + 1) * slotMs - now)
      return { used, resetMs: used > 0 ? Math.max(0, resetMs) : 0 }
    })
  }
}
