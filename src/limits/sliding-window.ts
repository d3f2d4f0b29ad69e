/**
 * What was charged in the last minute, in slots of a six-hundredth of it. A slot counts until its youngest charge
 * is older than the window, so no 60 seconds, wherever they begin, ever hold more than the limit; a charge is
 * forgotten at most a slot too late.
 */
export type SlidingWindow = { slots: Slot[]; head: number; total: number }
export type Slot = { number: number; amount: number; gone: boolean }

export const slotsPerWindow = 600

export const createSlidingWindow = (): SlidingWindow => ({ slots: [], head: 0, total: 0 })

/** Forgets what has left the window; every slot is looked at once in its life. */
export function slide(window: SlidingWindow, now: number): void {
  const { slots } = window
  // After a clock was set back by more than a window, what lies in the future would count for hours.
  const isAhead = slots.length > 0 && slots.at(-1)!.number > now + slotsPerWindow
  const oldest = isAhead ? Infinity : now - slotsPerWindow
  while (window.head < slots.length && slots[window.head]!.number < oldest) {
    const slot = slots[window.head]!
    slot.gone = true
    window.total -= slot.amount
    window.head += 1
  }
  if (window.head === slots.length) {
    slots.length = 0
    window.head = 0
  } else if (window.head > 64 && window.head * 2 > slots.length) {
    slots.splice(0, window.head)
    window.head = 0
  }
}

/** Charges the slot `now`; one that lies in the past (the clock was set back) goes to the youngest slot. */
export function chargeSlot(window: SlidingWindow, now: number, amount: number): Slot {
  const last = window.slots.at(-1)
  const isOpen = last !== undefined && !last.gone && last.number >= now
  const slot = isOpen ? last : { number: now, amount: 0, gone: false }
  if (!isOpen) window.slots.push(slot)
  slot.amount += amount
  window.total += amount
  return slot
}

/** Corrects an earlier charge. What left the window with its slot is forgotten; what comes on top counts from now. */
export function correctSlot(window: SlidingWindow, slot: Slot, difference: number, now: number): void {
  if (slot.gone) {
    if (difference > 0) chargeSlot(window, now, difference)
    return
  }
  slot.amount += difference
  window.total += difference
}

/** The slot number from which on `amount` of what is counted will have left; undefined: more than there is. */
export function slotWhenFree(window: SlidingWindow, amount: number): number | undefined {
  let free = 0
  for (let index = window.head; index < window.slots.length; index += 1) {
    const slot = window.slots[index]!
    free += slot.amount
    if (free >= amount) return slot.number + slotsPerWindow + 1
  }
  return undefined
}
