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
 * Counters by id, a bounded number. Each new one looks at the two oldest and drops those that say nothing any more;
 * over the bound the oldest goes, whatever it says, unless requests that run hold places in it.
 */
export function createCounterMap(bound: number) {
  const counters = new Map<string, MemoryCounter>()

  function dropSome(slot: number, today: Today): void {
    let looks = 2
    for (const [id, memory] of counters) {
      const isOver = counters.size >= bound
      if (looks === 0 && !isOver) return
      looks = Math.max(0, looks - 1)
      counters.delete(id)
      const isHeld = memory.kind === 'places' && memory.total > 0
      if (isHeld || !(isOver || isIdle(memory, slot, today))) counters.set(id, memory)
      // Each is looked at once at most: all of them may be held.
      if (looks === 0 && isHeld) return
    }
  }

  return {
    open({ id, kind }: Counter, slot: number, today: Today): MemoryCounter {
      const known = counters.get(id)
      if (known) return known
      dropSome(slot, today)
      const memory = createCounter(kind, today)
      counters.set(id, memory)
      return memory
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
