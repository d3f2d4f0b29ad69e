import { AppError } from '../errors.ts'
import type { Charge, Hold, Level, Verdict } from './limit-store.ts'
import { createMemoryStore } from './memory-store.ts'
import type { createOutageBook } from './outage-book.ts'
import type { createSeenUsage } from './seen-usage.ts'

export type FailurePolicy = 'local' | 'fail_open' | 'fail_closed'

export type WithoutRedisOptions = {
  policy: FailurePolicy
  /** How many daemons share the counters: on its own, each gives away its part. */
  replicas: number
  windowMs: number
  retryAfterMs: number
  book: ReturnType<typeof createOutageBook>
  seen: ReturnType<typeof createSeenUsage>
}

/** One outage: how requests are judged while Redis is away. */
export function createOutage(options: WithoutRedisOptions): (charges: Charge[]) => Verdict {
  const { policy, replicas, windowMs, retryAfterMs, book, seen } = options
  const local = createMemoryStore({ windowMs })

  function judgeHere(charges: Charge[]): Verdict {
    const shares = charges.map(({ counter }) => seen.share(counter, replicas))
    const verdict = local.reserve(
      charges.map(({ counter, amount }, index) => ({
        counter: { ...counter, limit: shares[index]! },
        amount,
      })),
    )
    const levels = verdict.levels.map((level, index) =>
      widen(level, charges[index]!.counter.limit, shares[index]!),
    )
    if (!verdict.admitted) return { ...verdict, levels }
    const hold = once((used) => {
      verdict.hold.settle(used)
      book.owe(charges, used)
    })
    return { admitted: true, levels, hold }
  }

  return (charges) => {
    switch (policy) {
      case 'local':
        return judgeHere(charges)
      case 'fail_open':
        return { admitted: true, levels: [], hold: once((used) => book.owe(charges, used)) }
      case 'fail_closed':
        throw new AppError(
          'limits_unavailable',
          'limits cannot be checked at the moment, and nothing passes unchecked; try again in a moment',
          { retryAfterMs },
        )
    }
  }
}

/** What is left of the share is left of the limit. */
const widen = ({ used, resetMs }: Level, limit: number, share: number): Level => ({
  used: limit - Math.max(0, share - used),
  resetMs,
})

function once(settle: (used: number[]) => void): Hold {
  let settled = false
  return {
    settle(used) {
      if (!settled) settle(used)
      settled = true
    },
  }
}
