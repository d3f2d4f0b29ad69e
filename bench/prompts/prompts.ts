import { createHash } from 'node:crypto'
import type { Calibration } from '../options.ts'
import type { Prompt } from './prompt.ts'

export type Prompts = {
  source: 'built-in' | 'text' | 'file' | 'random' | 'sharegpt' | 'trace'
  /** How many different ones there are; `Infinity` where each request gets its own. */
  distinct: number
  /** Makes the beginning of each prompt another in each run; undefined where prompts are sent as they were given. */
  nonce: string | undefined
  /** Where in the built-in set a run begins. */
  seed: number
  /** The prompt of the `index`th measured request. */
  at(index: number): Prompt
  /** Never one of the measured, so that warming up does not fill a prefix cache for them. */
  warmUpAt(index: number): Prompt
  /** What a session's `turn`th message is; undefined when it has no more. Absent: one prompt after the other. */
  turnAt?(session: number, turn: number): Prompt | undefined
  /** How many tokens the `index`th prompt was made to have; absent where none were asked for. */
  lengthAt?(index: number): number | undefined
  /** Prompts say themselves how long their answers may be. */
  ownLimits?: true
  /** How many tokens the server makes of a text; what prompts were made by. */
  calibration?: Calibration
  /** What a reader must know of these prompts. */
  note?: string
}

const openings = [
  'Tell me a short story about',
  'Please tell me a story about',
  'Write a short story about',
  'Can you tell me a story about',
]
const heroes = [
  'a robot', 'a fox', 'an old lighthouse', 'a small dragon', 'a lost kite', 'a brave mouse', 'a baker',
  'a clever crow', 'a wooden boat', 'a sleepy bear', 'a clock', 'a gardener', 'a snowman', 'a little star',
  'a river', 'a curious cat', 'a painter', 'a red bicycle', 'a friendly ghost', 'a young sailor',
] // prettier-ignore

/**
 * The built-in set: short requests that a small model can answer, no two alike. What differs comes first, because
 * a prefix cache matches from the start: behind a shared beginning the server would skip part of the prefill.
 */
export const createBuiltInPrompts = (seed: number, nonce: string): Prompts => {
  const shift = seed % (openings.length * heroes.length)
  const ask = (kind: string, index: number): Prompt => {
    const turn = index + shift
    const hero = heroes[turn % heroes.length]!
    const opening = openings[Math.floor(turn / heroes.length) % openings.length]!
    return {
      where: `built-in prompt ${index}`,
      text: `[${hash(`${nonce}${kind}${index}`)}${kind}${index}] ${opening} ${hero}.`,
      extra: {},
    }
  }
  return {
    source: 'built-in',
    distinct: Number.POSITIVE_INFINITY,
    nonce,
    seed,
    at: (index) => ask('-', index),
    warmUpAt: (index) => ask('-w', index),
  }
}

/** The same list over and over; warming up uses the built-in set. */
export const createListedPrompts = (source: 'text' | 'file', list: Prompt[], warmUp: Prompts): Prompts => ({
  source,
  distinct: list.length,
  nonce: undefined,
  seed: warmUp.seed,
  at: (index) => list[index % list.length]!,
  warmUpAt: (index) => warmUp.warmUpAt(index),
})

/** Two requests share their first token with one chance in sixteen, and the first four in 65,536. */
const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 4)
