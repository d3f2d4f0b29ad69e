import { dayOf, monthOf } from './calendar.ts'
import type { Charge, Counter, Level } from './limit-store.ts'

const bound = 50_000

const periodOf = (counter: Counter): number =>
  counter.kind === 'day' ? dayOf(Date.now()) : monthOf(Date.now())

/**
 * What Redis last said of days and months: once it is away, a daemon gives away its part of what was left then,
 * and not its part of a new budget.
 */
export function createSeenUsage() {
  const seen = new Map<string, { period: number; used: number }>()
  return {
    note(charges: Charge[], levels: Level[]): void {
      for (let index = 0; index < charges.length; index += 1) {
        const { counter } = charges[index]!
        if (counter.kind !== 'day' && counter.kind !== 'month') continue
        if (seen.size >= bound) seen.clear()
        seen.set(counter.id, { period: periodOf(counter), used: levels[index]!.used })
      }
    },
    /** The limit of one of so many daemons. */
    share(counter: Counter, replicas: number): number {
      if (counter.kind !== 'day' && counter.kind !== 'month')
        return Math.max(1, Math.floor(counter.limit / replicas))
      const last = seen.get(counter.id)
      const used = last?.period === periodOf(counter) ? last.used : 0
      return Math.max(0, Math.floor((counter.limit - used) / replicas))
    },
  }
}
