import type { Sampling } from '../../engine/types.ts'
import { fakeWordTokens } from './fake-vocabulary.ts'

const multiplier = 0x01000193 // FNV-1a, 32 bits

/** An endless answer that depends on the prompt, the seed and the choice only; greedy ignores the last two. */
export function createFakeWords(prompt: readonly number[], sampling: Sampling, choice: number): () => number {
  const words = chooseWords(sampling.logitBias)
  let state = 0x811c9dc5
  for (const token of prompt) state = Math.imul(state ^ token, multiplier)
  if (sampling.temperature !== 0) state = Math.imul(state ^ ((sampling.seed ?? 0) + choice + 1), multiplier)
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return words[(state >>> 8) % words.length]!
  }
}

/** -100 bans a word, 100 leaves only such words: the two uses that need no probabilities. */
function chooseWords(bias: Map<number, number> | undefined): readonly number[] {
  if (bias === undefined || bias.size === 0) return fakeWordTokens
  const forced = fakeWordTokens.filter((token) => (bias.get(token) ?? 0) >= 100)
  const allowed = fakeWordTokens.filter((token) => (bias.get(token) ?? 0) > -100)
  return forced.length > 0 ? forced : allowed.length > 0 ? allowed : fakeWordTokens
}
