import type { TextDelta, Timings } from '../engine/types.ts'

/** Tokens and times of one choice whose text is partly held back. */
export type ChoiceMeter = {
  note(delta: TextDelta): void
  /** Tokens of all deltas but the last ones, which make up `held` characters; each is given once. */
  release(held: number): number
  totalTokens(): number
  /** For a generation that is left before the engine could say its own times. */
  timings(): Timings
}

export function createChoiceMeter(): ChoiceMeter {
  const startedAt = performance.now()
  const waiting: { length: number; tokens: number }[] = []
  let total = 0
  let firstAt: number | undefined
  return {
    note({ text, tokens }) {
      firstAt ??= performance.now()
      total += tokens
      waiting.push({ length: text.length, tokens })
    },
    release(held) {
      let kept = 0
      let first = waiting.length
      while (first > 0 && kept < held) {
        first -= 1
        kept += waiting[first]!.length
      }
      return waiting.splice(0, first).reduce((sum, { tokens }) => sum + tokens, 0)
    },
    totalTokens: () => total,
    timings() {
      const now = performance.now()
      return { queueMs: 0, prefillMs: (firstAt ?? now) - startedAt, decodeMs: now - (firstAt ?? now) }
    },
  }
}
