import { matchPrefix, type CachedTokens } from '../../engine/pick-slot.ts'
import type { NativeContext, NativeSampler } from './binding.ts'
import type { Job } from './job.ts'

/** One sequence of the context: a KV cache row, what lies in it, and who uses it. */
export type Slot = {
  readonly sequence: number
  /** The tokens behind the KV cells; `length` of them are valid. */
  readonly cached: CachedTokens & { readonly tokens: Uint32Array; length: number }
  /** Made at first use. */
  sampler: NativeSampler | undefined
  job: Job | undefined
  /** What it holds is not for later requests: it is forgotten when its job ends. */
  isForgotten: boolean
  /** Sampled but not evaluated yet; undefined while the prompt is processed. */
  nextToken: number | undefined
  lastUsed: number
}

export const createSlot = (sequence: number, contextLength: number): Slot => ({
  sequence,
  cached: { tokens: new Uint32Array(contextLength), length: 0 },
  sampler: undefined,
  job: undefined,
  isForgotten: false,
  nextToken: undefined,
  lastUsed: 0,
})

/**
 * Cuts the slot's cache to what it shares with the prompt and returns that length. At least the last
 * prompt token is left to evaluate, because its logits choose the first token of the answer.
 */
export function reusePrefix(
  slot: Slot,
  prompt: Uint32Array,
  context: NativeContext,
  windowSize: number,
): number {
  const shared = Math.min(matchPrefix(slot.cached, prompt), prompt.length - 1)
  const kept = shared > 0 && canContinueAt(slot, shared, context, windowSize) ? shared : 0
  const isCut = kept === slot.cached.length || context.removeTokenCellsFromSequence(slot.sequence, kept, -1)
  slot.cached.length = isCut ? kept : 0
  if (!isCut) context.disposeSequence(slot.sequence)
  return slot.cached.length
}

/** A sliding window model forgets old cells; a cut inside what it forgot cannot be continued. */
function canContinueAt(slot: Slot, position: number, context: NativeContext, windowSize: number): boolean {
  if (windowSize === 0) return true
  const oldest = context.getSequenceKvCacheMinPosition(slot.sequence)
  return oldest === 0 || oldest < position - windowSize
}

/** Forgets everything, after a failure left the cache in an unknown state. */
export function clearSlot(slot: Slot, context: NativeContext): void {
  slot.cached.length = 0
  context.disposeSequence(slot.sequence)
}
