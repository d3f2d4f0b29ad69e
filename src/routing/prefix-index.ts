import { blockLength } from './hash-prompt.ts'

export interface PrefixIndex {
  /** How many characters at the start of the prompt the owner has served lately. */
  match(owner: number, blocks: readonly number[]): number
  record(owner: number, blocks: readonly number[]): void
}

/**
 * Who has lately served which prefix. Owners are numbers that are never used again: an engine that is replaced
 * has lost its cache, so the next one is another owner and the old one's blocks go as they age.
 * Holds at most `capacity` blocks, in two generations: when the young one is full it becomes the old one, and
 * the old one is forgotten. That is "least recently used" without a list to keep in order.
 */
export function createPrefixIndex(capacity: number): PrefixIndex {
  let young = new Set<number>()
  let old = new Set<number>()
  return {
    match(owner, blocks) {
      let matched = 0
      for (const block of blocks) {
        const key = keyOf(owner, block)
        if (!young.has(key) && !old.has(key)) break
        matched++
      }
      return matched * blockLength
    },
    record(owner, blocks) {
      for (const block of blocks) {
        young.add(keyOf(owner, block))
        if (young.size < capacity / 2) continue
        old = young
        young = new Set()
      }
    },
  }
}

/** An odd factor spreads the few owners over all bits. */
const keyOf = (owner: number, block: number) => (block ^ Math.imul(owner, 0x9e3779b1)) >>> 0
