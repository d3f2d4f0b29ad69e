/** Tokens whose keys and values a slot holds, in order. */
export type CachedTokens = { readonly tokens: ArrayLike<number>; readonly length: number }
export type FreeSlot = { readonly cached: CachedTokens; readonly lastUsed: number }

/** How many leading tokens of the prompt the slot already holds. */
export function matchPrefix(cached: CachedTokens, prompt: ArrayLike<number>): number {
  const limit = Math.min(cached.length, prompt.length)
  let length = 0
  while (length < limit && cached.tokens[length] === prompt[length]) length++
  return length
}

/** The free slot that saves most work; among equals the one that was left longest ago. */
export function pickSlot<T extends FreeSlot>(free: readonly T[], prompt: ArrayLike<number>): T | undefined {
  let best: T | undefined
  let bestMatch = -1
  for (const slot of free) {
    const match = matchPrefix(slot.cached, prompt)
    const older = best !== undefined && match === bestMatch && slot.lastUsed < best.lastUsed
    if (match > bestMatch || older) {
      best = slot
      bestMatch = match
    }
  }
  return best
}
