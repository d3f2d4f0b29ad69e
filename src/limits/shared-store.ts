import type { Addition, Charge, LimitStore, Verdict } from './limit-store.ts'
import { createOutageBook } from './outage-book.ts'
import type { RedisConnection } from './redis-connection.ts'
import { createRedisCircuit, type CircuitStatus } from './redis-circuit.ts'
import { createRedisStore, type RedisStore } from './redis-store.ts'
import { createSeenUsage } from './seen-usage.ts'
import { createOutage, type FailurePolicy } from './without-redis.ts'

export type SharedStoreOptions = {
  connection: RedisConnection
  policy: FailurePolicy
  replicas: number
  /** What the ledger knows of this day and month; asked when Redis knows nothing. Undefined: there is no ledger. */
  spent: (() => Promise<Addition[]>) | undefined
  /** Why Redis is away; null: it is there. Told of every change. */
  onChange(away: string | null): void
  windowMs?: number
  leaseMs?: number
  prefix?: string
  /** Time between two looks at a Redis that is away. */
  probeMs?: number
}

export type SharedStore = LimitStore & {
  /** Resolves when Redis was asked for the first time, whatever it said. */
  start(): Promise<void>
  status(): SharedStatus
  /** Resolves when what was settled has arrived, or cannot. */
  close(): Promise<void>
}

export type SharedStatus = CircuitStatus & {
  /** Requests that were judged without it. */
  withoutRedis: number
}

/** The marker of a Redis whose days and months are right. */
const filled = 'filled'

/**
 * Redis with a circuit of its own. The first call that fails or waits too long opens it: from then on no request
 * asks Redis, all go by the policy, and only a probe looks whether it is back.
 */
export function createSharedStore(options: SharedStoreOptions): SharedStore {
  const { connection, probeMs = 1000, windowMs = 60_000 } = options
  const book = createOutageBook()
  const seen = createSeenUsage()
  const beginOutage = () => createOutage({ ...options, windowMs, retryAfterMs: probeMs, book, seen })
  let outage = beginOutage()
  let withoutRedis = 0

  const circuit = createRedisCircuit({
    probeMs,
    async revive() {
      await connection.ping()
      // The ledger knows what the book knows.
      if ((await fill(redis, options.spent)) === 'from-ledger') book.forget()
      await book.tell(redis)
    },
    // A server that hangs may have hung up on this connection without a word.
    onDead: () => connection.reconnect(),
    onChange(away) {
      if (away !== null) outage = beginOutage()
      options.onChange(away)
    },
  })
  const redis = createRedisStore({
    ...options,
    onUnsettled(late, cause) {
      book.keep(late)
      circuit.open(cause)
    },
    onRenewFailure: circuit.open,
  })
  const judgeWithout = (charges: Charge[]) => ((withoutRedis += 1), outage(charges))
  async function askRedis(charges: Charge[]): Promise<Verdict> {
    try {
      const verdict = await redis.reserve(charges)
      seen.note(charges, verdict.levels)
      return verdict
    } catch (cause) {
      circuit.open(cause as Error)
      return judgeWithout(charges)
    }
  }

  return {
    reserve: (charges) => (circuit.status().away === null ? askRedis(charges) : judgeWithout(charges)),
    start: circuit.probe,
    status: () => ({ ...circuit.status(), withoutRedis }),
    async close() {
      circuit.close()
      await redis.close()
    },
  }
}

/** Who finds nothing there fills it from the ledger. */
async function fill(redis: RedisStore, spent: SharedStoreOptions['spent']): Promise<'from-ledger' | 'no'> {
  if (await redis.has(filled)) return 'no'
  const isOurs = await redis.add(filled, (await spent?.()) ?? [])
  return isOurs && spent ? 'from-ledger' : 'no'
}
