import type { MeterTest } from './meter-test.ts'

/** Prompts of random tokens: what they say has no influence on the time, but whether they were seen before has. */
export type PromptSource = {
  /** The same for a test each time, and different for each of its sequences. */
  held(test: MeterTest): number[][]
  /** Begins with another token than every recent one: no cache holds any of it. */
  fresh(length: number): number[]
}

export const createPromptSource = (vocabularySize: number): PromptSource => {
  const random = createRandom(1)
  let firsts = 0
  const fresh = (length: number): number[] => {
    const tokens = Array.from({ length }, () => Math.floor(random() * vocabularySize))
    if (length > 0) tokens[0] = firsts++ % vocabularySize
    return tokens
  }
  const kept = new Map<string, number[][]>()
  return {
    fresh,
    held({ depth, batch }) {
      const key = `${depth} ${batch}`
      const prompts = kept.get(key) ?? Array.from({ length: batch }, () => fresh(depth))
      kept.set(key, prompts)
      return prompts
    },
  }
}

/** mulberry32. */
const createRandom = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
