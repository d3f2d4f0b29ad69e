import type { Attempt, Issue } from '../wire/attempt.ts'
import { createJournal, type JournalBlock } from './journal.ts'
import { replay } from './replay.ts'

export type CountLater = {
  record(attempt: Attempt, issue: Issue): void
  /** Counts what was held and records it. Whatever cannot be counted is recorded without a count. */
  settle(count: (text: string) => Promise<number | undefined>): Promise<void>
}

/** Texts that are counted at one time: the server has other things to do, and tokenizers are fast. */
export const countConcurrency = 4

/** Holds answers whose tokens nobody counted, with their text, until a tokenizer may be asked. */
export const createCountLater = (record: CountLater['record']): CountLater => {
  const blocks: JournalBlock[] = []
  const journal = createJournal((block) => blocks.push(block))
  return {
    record(attempt, issue) {
      const { failure, reply } = attempt
      const held = failure === undefined && reply.usage === undefined && typeof reply.output === 'string'
      if (held) journal.record(attempt, issue)
      else record(attempt, issue)
    },
    async settle(count) {
      journal.flush()
      for (const block of blocks.splice(0)) {
        const counts = await countAll(block.outputs, count)
        let row = 0
        replay(block, 0, (attempt, issue) => {
          const countedTokens = counts.get(row)
          row += 1
          if (countedTokens !== undefined) attempt.reply.countedTokens = countedTokens
          record(attempt, issue)
        })
      }
    },
  }
}

const countAll = async (
  outputs: JournalBlock['outputs'],
  count: (text: string) => Promise<number | undefined>,
): Promise<Map<number, number>> => {
  const counts = new Map<number, number>()
  const left = outputs.values()
  const work = async (): Promise<void> => {
    // All of them take from the one iterator.
    for (const [row, text] of left) {
      const tokens = await count(text)
      if (tokens !== undefined) counts.set(row, tokens)
    }
  }
  await Promise.all(Array.from({ length: countConcurrency }, work))
  return counts
}
