export type Slots<T> = {
  fits(units: number): boolean
  take(holder: T, units: number): void
  /** How many it held. */
  give(holder: T): number
  resize(count: number): void
  status(): { running: number; busySlots: number }
}

/** Who holds how many slots. Whoever wants more than there are gets all of them. */
export function createSlots<T>(count: number): Slots<T> {
  const held = new Map<T, number>()
  let slots = count
  /** Below zero after a cut, until enough have been given back. */
  let free = slots
  const need = (units: number) => Math.min(units, slots)
  return {
    fits: (units) => need(units) <= free,
    take(holder, units) {
      held.set(holder, need(units))
      free -= need(units)
    },
    give(holder) {
      const given = held.get(holder)
      if (given === undefined) return 0
      held.delete(holder)
      free += given
      return given
    },
    resize(wanted) {
      free += wanted - slots
      slots = wanted
    },
    status: () => ({ running: held.size, busySlots: slots - free }),
  }
}
