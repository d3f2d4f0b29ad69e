import type { NativeContext } from './binding.ts'
import type { Job } from './job.ts'
import type { Chunk, SequenceState } from './plan-step.ts'
import type { Slot } from './slot.ts'

/** A running request in its slot, as it stands before a step. */
export type Sequence = SequenceState & { readonly slot: Slot; readonly job: Job }

export function toSequence(slot: Slot, job: Job): Sequence {
  const evaluated = slot.cached.length
  const generating = slot.nextToken !== undefined
  return { slot, job, evaluated, total: generating ? evaluated + 1 : job.prompt.length, generating }
}

const firstOnly = Uint32Array.of(0)
const nothing = new Uint32Array()

/** Hands the plan to llama.cpp; returns where each sampling chunk finds its logits. */
export function fillBatch(context: NativeContext, chunks: readonly Chunk<Sequence>[]): number[] {
  context.initBatch(chunks.reduce((sum, chunk) => sum + chunk.count, 0))
  const logits: number[] = []
  for (const { sequence, count, samples } of chunks) {
    const { slot, job, evaluated, generating } = sequence
    const tokens = generating
      ? Uint32Array.of(slot.nextToken!)
      : job.prompt.subarray(evaluated, evaluated + count)
    const atLast = count === 1 ? firstOnly : Uint32Array.of(count - 1)
    const indexes = context.addToBatch(slot.sequence, evaluated, tokens, samples ? atLast : nothing)
    if (samples) logits.push(indexes[0]!)
    slot.cached.tokens.set(tokens, evaluated)
  }
  return logits
}

/** The decode succeeded: its tokens lie in the KV cache now. Returns how many of them were prompt. */
export function advance(chunks: readonly Chunk<Sequence>[]): number {
  let prompt = 0
  for (const { sequence, count } of chunks) {
    const { slot, job, evaluated, generating } = sequence
    slot.cached.length = evaluated + count
    if (generating) continue
    prompt += count
    job.events.push({ type: 'prompt-progress', processed: slot.cached.length, total: job.prompt.length })
  }
  return prompt
}
