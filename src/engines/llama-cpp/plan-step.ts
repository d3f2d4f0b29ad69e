/** One sequence as the planner sees it: `evaluated` of `total` known tokens are in the KV cache. */
export type SequenceState = {
  readonly evaluated: number
  readonly total: number
  readonly generating: boolean
}

/** Evaluate `count` more tokens of `sequence`; `samples` when that reaches its last known token. */
export type Chunk<T> = { readonly sequence: T; readonly count: number; readonly samples: boolean }

/**
 * What one decode works on: a token for every generating sequence, then prompt chunks, oldest first,
 * until `budget` tokens are in the batch. Nobody who generates ever waits for somebody's prompt to end.
 */
export function planStep<T extends SequenceState>(sequences: readonly T[], budget: number): Chunk<T>[] {
  const chunks: Chunk<T>[] = []
  let left = budget
  for (const sequence of sequences) {
    if (!sequence.generating) continue
    chunks.push({ sequence, count: 1, samples: true })
    left--
  }
  for (const sequence of sequences) {
    if (sequence.generating) continue
    const rest = sequence.total - sequence.evaluated
    const count = Math.min(rest, left)
    if (count <= 0) break
    chunks.push({ sequence, count, samples: count === rest })
    left -= count
  }
  return chunks
}
