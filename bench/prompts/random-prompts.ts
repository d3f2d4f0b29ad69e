import type { RandomSource } from '../options.ts'
import { guessed, unitsFor } from './calibration.ts'
import type { Prompts } from './prompts.ts'
import type { Prompt } from './prompt.ts'
import { drawWords, randomOf } from './word-text.ts'

/**
 * Words without meaning. The seed alone decides on lengths and on who shares which prefix; the nonce is in the words,
 * so that a prefix cache knows nothing of an earlier run. Warming up has prefixes of its own.
 */
export const createRandomPrompts = (source: RandomSource, seed: number, nonce: string): Prompts => {
  const { inputLen, outputLen, rangeRatio, prefixLen, prefixes, calibration = guessed.words } = source
  const prefixWords = prefixLen === 0 ? 0 : Math.max(1, Math.round(prefixLen / calibration.perUnit))
  const known = new Map<string, string>()
  const prefixOf = (name: string): string => {
    const text =
      known.get(name) ??
      drawWords(randomOf(`${seed} ${nonce} prefix ${name}`), prefixWords, calibration.words)
    known.set(name, text)
    return text
  }
  const drawShape = (index: number): { input: number; output: number; prefix: number } => {
    const random = randomOf(`${seed} shape ${index}`)
    const spread = (length: number): number =>
      Math.max(1, Math.round(length * (1 + rangeRatio * (2 * random() - 1))))
    return { input: spread(inputLen), output: spread(outputLen), prefix: Math.floor(random() * prefixes) }
  }
  const ask = (kind: string, index: number): Prompt => {
    const { input, output, prefix } = drawShape(index)
    const count = Math.max(1, unitsFor(prefixLen + input, calibration) - prefixWords)
    const own = drawWords(randomOf(`${seed} ${nonce} ${kind} ${index}`), count, calibration.words)
    return {
      where: `random prompt ${index}`,
      text: prefixWords === 0 ? own : `${prefixOf(`${kind}${prefix}`)} ${own}`,
      extra: {},
      maxTokens: output,
    }
  }
  return {
    source: 'random',
    distinct: Number.POSITIVE_INFINITY,
    nonce,
    seed,
    at: (index) => ask('measured', index),
    warmUpAt: (index) => ask('warm-up', index),
    lengthAt: (index) => prefixLen + drawShape(index).input,
    ownLimits: true,
    calibration,
  }
}
