import { randomUUID } from 'node:crypto'
import { dayOf, monthOf } from './calendar.ts'
import type { Addition, Charge, Counter } from './limit-store.ts'
import type { RedisStore, Settlement } from './redis-store.ts'

/** What is kept for Redis while it is away; more than that is lost, oldest first. */
const bound = 20_000
const batchSize = 200
/** So long a batch that may have arrived is known to have arrived. */
const markerMs = 86_400_000

/**
 * What Redis has to be told when it is back: settlements that did not reach it, and what requests used of days and
 * months in the meantime. Without it, a budget would forget every outage.
 */
export function createOutageBook(clock: () => number = Date.now) {
  const settlements = new Map<string, Settlement>()
  const debts = new Map<string, Addition>()
  let batches: { marker: string; additions: Addition[] }[] = []

  const trim = (map: Map<string, unknown>) => {
    for (const oldest of map.keys()) {
      if (map.size <= bound) return
      map.delete(oldest)
    }
  }
  const owe = (counter: Counter, amount: number) => {
    if (amount === 0 || (counter.kind !== 'day' && counter.kind !== 'month')) return
    const period = counter.kind === 'day' ? dayOf(clock()) : monthOf(clock())
    const key = `${counter.id}@${period}`
    const debt = debts.get(key)
    if (debt) debt.amount += amount
    else debts.set(key, { counter, period, amount })
    trim(debts)
  }

  return {
    keep(settlement: Settlement) {
      settlements.set(settlement.id, settlement)
      trim(settlements)
    },
    owe(charges: Charge[], used: number[]) {
      for (let index = 0; index < charges.length; index += 1) owe(charges[index]!.counter, used[index]!)
    },
    /** The ledger that Redis was filled from knows it all already. */
    forget() {
      settlements.clear()
      debts.clear()
      batches = []
    },
    /** Tells what there is; rejects when Redis goes away again, and what was not told is kept. */
    async tell(redis: Pick<RedisStore, 'settle' | 'add'>): Promise<void> {
      for (const [id, settlement] of settlements) {
        await redis.settle(settlement)
        settlements.delete(id)
      }
      const owed = [...debts.values()]
      debts.clear()
      for (let from = 0; from < owed.length; from += batchSize)
        batches.push({ marker: `told:${randomUUID()}`, additions: owed.slice(from, from + batchSize) })
      while (batches.length > 0) {
        await redis.add(batches[0]!.marker, batches[0]!.additions, markerMs)
        batches.shift()
      }
    },
  }
}
