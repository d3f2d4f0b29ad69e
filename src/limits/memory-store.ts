import { createCalendar, type Today } from './calendar.ts'
import { createCounterMap, type Held, type MemoryCounter } from './memory-counters.ts'
import type { Addition, Charge, Level, Verdict } from './limit-store.ts'
import { chargeSlot, correctSlot, slide, slotsPerWindow, slotWhenFree } from './sliding-window.ts'

export type MemoryStoreOptions = {
  /** How long "a minute" is: tests are in a hurry. */
  windowMs?: number
  /** Counters kept. What has run out goes first, then the oldest. */
  size?: number
  clock?: () => number
}

export type MemoryStore = {
  reserve(charges: Charge[]): Verdict
  add(additions: Addition[]): void
  /** Counters kept now. */
  size(): number
}

/** Counters in this process: answers at once, and a restart forgets what `add` does not bring back. */
export function createMemoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const { windowMs = 60_000, size = 100_000, clock = Date.now } = options
  const slotMs = windowMs / slotsPerWindow
  const calendar = createCalendar()
  const read = (): Time => {
    const now = clock()
    return { now, slot: Math.floor(now / slotMs), today: calendar(now), slotMs }
  }
  const counters = createCounterMap(size)

  return {
    reserve(charges) {
      const time = read()
      const found = charges.map(({ counter }) => counters.open(counter, time.today))
      const verdict = refuse(charges, found, time) ?? admit(charges, found, time, read)
      counters.tidy(time.slot, time.today)
      return verdict
    },
    add(additions) {
      const { slot, today } = read()
      for (const { counter, period, amount } of additions) {
        const memory = counters.open(counter, today)
        if (memory.kind !== 'period' || period < memory.period) continue
        if (period > memory.period) Object.assign(memory, { period, total: 0 })
        memory.total += amount
      }
      counters.tidy(slot, today)
    },
    size: counters.size,
  }
}

/** Undefined: every charge fits. Of several that do not, the one that has to wait longest says when to come back. */
function refuse(charges: Charge[], found: MemoryCounter[], time: Time): Verdict | undefined {
  let refusedBy = -1
  let longest = -1
  for (let index = 0; index < charges.length; index += 1) {
    const { counter, amount } = charges[index]!
    const missing = usedOf(found[index]!, time) + amount - counter.limit
    if (missing <= 0) continue
    const wait = waitFor(found[index]!, missing, time)
    if (wait <= longest) continue
    refusedBy = index
    longest = wait
  }
  if (refusedBy === -1) return undefined
  const retryAfterMs = found[refusedBy]!.kind === 'places' ? undefined : longest
  return { admitted: false, levels: found.map((each) => levelOf(each, time)), refusedBy, retryAfterMs }
}

function admit(charges: Charge[], found: MemoryCounter[], time: Time, read: () => Time): Verdict {
  const held = charges.map(({ amount }, index) => charge(found[index]!, amount, time))
  let settled = false
  return {
    admitted: true,
    levels: found.map((each) => levelOf(each, time)),
    hold: {
      settle(used) {
        if (settled) return
        settled = true
        const { slot } = read()
        for (let index = 0; index < held.length; index += 1) settle(held[index]!, used[index]!, slot)
      },
    },
  }
}

type Time = { now: number; slot: number; today: Today; slotMs: number }

/** Counts from here on as of `time`: what has run out is forgotten. */
function usedOf(memory: MemoryCounter, { slot, today }: Time): number {
  if (memory.kind === 'window') {
    slide(memory.window, slot)
    return memory.window.total
  }
  if (memory.kind === 'places') return memory.total
  const period = today[memory.unit]
  if (period > memory.period) Object.assign(memory, { period, total: 0 })
  return memory.total
}

function waitFor(memory: MemoryCounter, missing: number, { now, today, slotMs }: Time): number {
  // Nobody knows when somebody else's request ends.
  if (memory.kind === 'places') return 0
  if (memory.kind === 'period') return (memory.unit === 'day' ? today.dayEnd : today.monthEnd) - now
  const free = slotWhenFree(memory.window, missing)
  return free === undefined ? slotsPerWindow * slotMs : Math.max(1, Math.ceil(free * slotMs - now))
}

function levelOf(memory: MemoryCounter, { now, today, slotMs }: Time): Level {
  if (memory.kind === 'places') return { used: memory.total, resetMs: 0 }
  if (memory.kind === 'period')
    return { used: memory.total, resetMs: (memory.unit === 'day' ? today.dayEnd : today.monthEnd) - now }
  const { slots, total } = memory.window
  const last = slots.at(-1)
  const resetMs = last ? Math.max(0, Math.ceil((last.number + slotsPerWindow + 1) * slotMs - now)) : 0
  return { used: total, resetMs }
}

function charge(memory: MemoryCounter, amount: number, { slot }: Time): Held {
  if (memory.kind === 'window')
    return { memory, amount, slot: chargeSlot(memory.window, slot, amount), period: 0 }
  memory.total += amount
  return { memory, amount, slot: undefined, period: memory.kind === 'period' ? memory.period : 0 }
}

function settle({ memory, amount, slot, period }: Held, used: number, now: number): void {
  const difference = used - amount
  if (memory.kind === 'window') {
    if (difference !== 0) correctSlot(memory.window, slot!, difference, now)
  } else if (memory.kind === 'places') memory.total -= amount
  // A charge of yesterday says nothing about today.
  else if (memory.period === period) memory.total += difference
}
