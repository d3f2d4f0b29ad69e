import { createHash } from 'node:crypto'
import type { ShareGptSource } from '../options.ts'
import { plural } from '../plural.ts'
import { guessed } from './calibration.ts'
import type { Prompts } from './prompts.ts'
import type { Prompt } from './prompt.ts'
import type { Conversation } from './sharegpt.ts'
import { randomOf } from './word-text.ts'

/** vLLM's limits, in tokens: what is shorter says nothing, and what is longer fills the context of many models. */
const shortest = 4
const longestPrompt = 1024
const longestBoth = 2048

/** First questions in an order that the seed decides on; with a nonce before each, as files are sent again and again. */
export const createShareGptPrompts = (
  all: Conversation[],
  { outputLen, calibration = guessed.characters }: ShareGptSource,
  warmUp: Prompts,
): Prompts => {
  const { seed, nonce } = warmUp
  const count = (text: string): number => Math.round(text.length * calibration.perUnit)
  const fits = ([first]: Conversation): boolean => {
    const [input, output] = [count(first!.question), outputLen ?? count(first!.answer)]
    return input >= shortest && output >= shortest && input <= longestPrompt && input + output <= longestBoth
  }
  const kept = all.filter(fits)
  const list = shuffle(kept.length > 0 ? kept : all, seed)
  const ask = (index: number, turn: number): Prompt | undefined => {
    const found = list[index % list.length]![turn]
    if (found === undefined) return undefined
    return {
      where: `conversation ${index % list.length}`,
      text: turn === 0 ? `[${mark(`${nonce}-${index}`)}] ${found.question}` : found.question,
      extra: {},
      maxTokens: Math.max(1, outputLen ?? count(found.answer)),
    }
  }
  return {
    source: 'sharegpt',
    distinct: list.length,
    nonce,
    seed,
    at: (index) => ask(index, 0)!,
    warmUpAt: (index) => warmUp.warmUpAt(index),
    turnAt: ask,
    ownLimits: true,
    calibration,
    ...(list.length < all.length && { note: explainLeftOut(list.length, all.length) }),
  }
}

const explainLeftOut = (kept: number, all: number): string =>
  `${plural(kept, 'conversation')} of ${all.toLocaleString('en-US')} in the file; the others are shorter than ${shortest} tokens, or longer than ${longestPrompt} (${longestBoth} with their answer)`

const mark = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 4)

const shuffle = <Item>(items: Item[], seed: number): Item[] => {
  const [random, shuffled] = [randomOf(`${seed} order`), [...items]]
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1))
    ;[shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!]
  }
  return shuffled
}
