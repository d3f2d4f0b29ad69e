import type { OnceOutput } from './once-output.ts'
import { stripControls } from './safe-text.ts'

export type ReasoningNotes = {
  write(text: string): void
  /** Before the answer, and when there is none: the cursor is at the beginning of a line again. */
  end(next: 'answer' | 'nothing'): void
}

/** What the model thinks, dim on stderr under a heading: stdout has the answer and nothing else. */
export function createReasoningNotes(messages: OnceOutput, dim: (text: string) => string): ReasoningNotes {
  let last: string | undefined
  return {
    write(text) {
      const clean = stripControls(text)
      if (clean === '') return
      if (last === undefined) messages.write(`${dim('[reasoning]')}\n`)
      last = clean.at(-1)
      messages.write(dim(clean))
    },
    end(next) {
      if (last === undefined) return
      if (last !== '\n') messages.write('\n')
      if (next === 'answer') messages.write(`${dim('[answer]')}\n`)
      last = undefined
    },
  }
}
