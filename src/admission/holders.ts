/** How many places each key holds, and who holds most: all in a fixed number of steps. */
export class Holders {
  total = 0
  readonly #counts = new Map<string, number>()
  /** Keys by how many they hold; those who came to it first, first. */
  readonly #byCount = new Map<number, Set<string>>()
  #most = 0

  count(key: string): number {
    return this.#counts.get(key) ?? 0
  }

  take(key: string): void {
    this.total += 1
    this.#change(key, 1)
    this.#most = Math.max(this.#most, this.count(key))
  }

  give(key: string): void {
    this.total -= 1
    this.#change(key, -1)
    if (this.#most > 0 && !this.#byCount.has(this.#most)) this.#most -= 1
  }

  /** One of those who hold most. */
  greatest(): string | undefined {
    return this.#byCount.get(this.#most)?.values().next().value
  }

  #change(key: string, by: 1 | -1): void {
    const old = this.count(key)
    const now = old + by
    const peers = this.#byCount.get(old)
    if (peers?.delete(key) && peers.size === 0) this.#byCount.delete(old)
    if (now === 0) {
      this.#counts.delete(key)
      return
    }
    this.#counts.set(key, now)
    const equals = this.#byCount.get(now)
    if (equals) equals.add(key)
    else this.#byCount.set(now, new Set([key]))
  }
}
