import type { Today } from './calendar.ts'
import type { Counter } from './limit-store.ts'
import { createSlidingWindow, slide, type SlidingWindow, type Slot } from './sliding-window.ts'

export type MemoryCounter =
  | { kind: 'window'; window: SlidingWindow }
  | { kind: 'period'; unit: 'day' | 'month'; period: number; total: number }
  | { kind: 'places'; total: number }

/** One charge of an admitted request, until it is settled. */
export type Held = { memory: MemoryCounter; amount: number; slot: Slot | undefined; period: number }

/**
 * Counters by id, a bounded number. For each new one, two old ones are looked at, and dropped if they say nothing any
 * more; over the bound the oldest goes, whatever it says, unless requests that run hold places in it.
 */
export function createCounterMap(bound: number) {
  const counters = new Map<string, MemoryCounter>()
  let made = 0

  return {
    open({ id, kind }: Counter, today: Today): MemoryCounter {
      const known = counters.get(id)
      if (known) return known
      made += 1
      const memory = createCounter(kind, today)
      counters.set(id, memory)
      return memory
    },
    /** After the counters that were opened have been charged: an idle one must not be lost in between. */
    tidy(slot: number, today: Today): void {
      if (made === 0) return
      let looks = Math.max(2 * made, counters.size - bound)
      made = 0
      for (const [id, memory] of counters) {
        if (looks === 0) return
        looks -= 1
        const isHeld = memory.kind === 'places' && memory.total > 0
        const isLost = counters.size > bound && !isHeld
        counters.delete(id)
        // To the end: the next look is at others.
        if (!isLost && (isHeld || !isIdle(memory, slot, today))) counters.set(id, memory)
      }
    },
    size: () => counters.size,
  }
}

function isIdle(memory: MemoryCounter, slot: number, today: Today): boolean {
  if (memory.kind === 'window') {
    slide(memory.window, slot)
    return memory.window.slots.length === 0
  }
  return memory.kind === 'places'
    ? memory.total === 0
    : memory.period < today[memory.unit] || memory.total === 0
}

function createCounter(kind: Counter['kind'], today: Today): MemoryCounter {
  if (kind === 'window') return { kind, window: createSlidingWindow() }
  if (kind === 'places') return { kind, total: 0 }
  return { kind: 'period', unit: kind, period: today[kind], total: 0 }
}
