import type { TraceSource } from '../options.ts'
import { guessed, unitsFor } from './calibration.ts'
import type { Prompts } from './prompts.ts'
import type { Prompt } from './prompt.ts'
import type { TraceEntry } from './trace-file.ts'
import { drawWords, randomOf } from './word-text.ts'

/** Each of Mooncake's `hash_ids` stands for so many tokens; requests that share ids share their beginning. */
const blockTokens = 512

/** The requests of a trace. Where it has lengths only, words are made up: the same id is the same text in one run. */
export const createTracePrompts = (
  entries: TraceEntry[],
  { calibration = guessed.words }: TraceSource,
  warmUp: Prompts,
): Prompts => {
  const { seed, nonce } = warmUp
  const blockWords = Math.max(1, Math.round(blockTokens / calibration.perUnit))
  const write = (index: number, tokens: number, blocks: unknown[]): string => {
    const count = unitsFor(tokens, calibration)
    const shared = blocks.slice(0, Math.ceil(count / blockWords)).map((id, place) => {
      const left = Math.min(blockWords, count - place * blockWords)
      return drawWords(randomOf(`${seed} ${nonce} block ${JSON.stringify(id)}`), left, calibration.words)
    })
    const rest = count - shared.length * blockWords
    if (rest > 0)
      shared.push(drawWords(randomOf(`${seed} ${nonce} request ${index}`), rest, calibration.words))
    return shared.join(' ')
  }
  const at = (index: number): Prompt => {
    const entry = entries[index % entries.length]!
    const limit = entry.outputLength === undefined ? {} : { maxTokens: entry.outputLength }
    if (entry.prompt !== undefined) return { ...entry.prompt, ...limit }
    const text = write(index, entry.inputLength, entry.blocks)
    return { where: `request ${index} of the trace`, text, extra: {}, ...limit }
  }
  return {
    source: 'trace',
    distinct: entries.length,
    nonce: entries.some(({ prompt }) => prompt === undefined) ? nonce : undefined,
    seed,
    at,
    warmUpAt: (index) => warmUp.warmUpAt(index),
    lengthAt(index) {
      const entry = entries[index % entries.length]!
      return entry.prompt === undefined ? entry.inputLength : undefined
    },
    ownLimits: true,
    calibration,
  }
}
