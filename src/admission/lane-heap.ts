/** What decides between two lanes, and where the heap keeps one. */
export type Ranked = {
  /** What it has been given so far; the least goes first. */
  used: number
  /** Decides among equals: the one that was served longest ago. */
  turn: number
  /** Its index in the heap; -1 outside. */
  at: number
}

const precedes = (one: Ranked, other: Ranked): boolean =>
  one.used < other.used || (one.used === other.used && one.turn < other.turn)

/** A binary heap whose members know their place, so that one can move or leave in log n steps. */
export class LaneHeap<T extends Ranked> {
  readonly items: T[] = []

  get first(): T | undefined {
    return this.items[0]
  }

  add(item: T): void {
    item.at = this.items.push(item) - 1
    this.#rise(item)
  }

  remove(item: T): void {
    const last = this.items.pop()!
    if (last !== item) {
      this.#put(last, item.at)
      this.moved(last)
    }
    item.at = -1
  }

  /** After a change of `used` or `turn`. */
  moved(item: T): void {
    this.#rise(item)
    this.#sink(item)
  }

  #put(item: T, at: number): void {
    this.items[at] = item
    item.at = at
  }

  #rise(item: T): void {
    while (item.at > 0) {
      const at = item.at
      const parent = this.items[(at - 1) >> 1]!
      if (!precedes(item, parent)) return
      this.#put(item, parent.at)
      this.#put(parent, at)
    }
  }

  #sink(item: T): void {
    for (;;) {
      const at = item.at
      const left = this.items[2 * at + 1]
      if (!left) return
      const right = this.items[2 * at + 2]
      const child = right && precedes(right, left) ? right : left
      if (!precedes(child, item)) return
      this.#put(item, child.at)
      this.#put(child, at)
    }
  }
}
