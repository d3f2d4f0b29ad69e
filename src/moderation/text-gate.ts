import type { Filter } from './filter.ts'
import type { Subject } from './judge.ts'
import { createSegmentStage } from './segment-stage.ts'
import { createSpanStage } from './span-stage.ts'
import type { Flags, Staged, TextStage } from './text-stage.ts'

/** All filters of one text, one after the other: what the first lets through is what the second sees. */
export function createTextGate(
  filters: readonly Filter[],
  subject: Subject,
  flags: Flags,
  signal: AbortSignal,
): TextStage {
  const stages = filters.flatMap((filter) =>
    filter.kind === 'spans'
      ? filter.finders.map((finder) => createSpanStage(filter, finder, flags))
      : [createSegmentStage(filter, subject, flags, signal)],
  )
  function run(text: string, final: boolean, from: number, blocked?: string): Staged | Promise<Staged> {
    for (let at = from; at < stages.length; at += 1) {
      // After a block what came before it is the whole text.
      const ends = final || blocked !== undefined
      const staged = stages[at]!.push(text, ends)
      if (staged instanceof Promise) {
        return staged.then((later) => run(later.text, final, at + 1, later.blocked ?? blocked))
      }
      text = staged.text
      blocked = staged.blocked ?? blocked
    }
    return blocked === undefined ? { text } : { text, blocked }
  }
  return {
    push: (text, final) => run(text, final, 0),
    held: () => stages.reduce((total, stage) => total + stage.held(), 0),
  }
}
