import { checkInput } from './check-input.ts'
import type { Filter } from './filter.ts'
import type { Piece, Subject } from './judge.ts'
import { createTextGate } from './text-gate.ts'
import type { Flags, TextStage } from './text-stage.ts'

export type Moderation = {
  /** Undefined: no filter looks at what this caller sends to this model. */
  input(subject: Subject): InputFilters | undefined
  output(subject: Subject): OutputFilters | undefined
}

/** The pieces as the model may see them; rejects with `content_blocked` or `moderation_unavailable`. */
export type InputFilters = (
  asked: { pieces: readonly Piece[]; param: string },
  flags: Flags,
  signal: AbortSignal,
) => Promise<Piece[]>

/** Opens the gate for one text that is being written. */
export type OutputFilters = (flags: Flags, signal: AbortSignal) => TextStage

export function createModeration(filters: readonly Filter[]): Moderation {
  const inputs = filters.filter(({ on }) => on !== 'output')
  const outputs = filters.filter(({ on }) => on !== 'input')
  const choose = (list: readonly Filter[], subject: Subject) => {
    const chosen = list.filter((filter) => filter.appliesTo(subject))
    return chosen.length === 0 ? undefined : chosen
  }
  return {
    input(subject) {
      const chosen = choose(inputs, subject)
      return chosen && ((asked, flags, signal) => checkInput(chosen, { ...asked, subject }, flags, signal))
    },
    output(subject) {
      const chosen = choose(outputs, subject)
      return chosen && ((flags, signal) => createTextGate(chosen, subject, flags, signal))
    },
  }
}
