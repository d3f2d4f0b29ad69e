import type { Calibration, PromptSource } from '../options.ts'
import { fitCalibration, fitWords, guessed, type Probe } from '../prompts/calibration.ts'
import { readShareGpt } from '../prompts/sharegpt.ts'
import { commonWords } from '../prompts/word-text.ts'
import { openConnections } from '../wire/open-connections.ts'
import { countByTokenizer, countByUsage, type Asker, type CountTokens } from './count-tokens.ts'

/**
 * Asks the server to count a few texts, so that prompts get the lengths that were asked for by its own tokenizer:
 * by the usage of short answers, else by a tokenize endpoint, else by a guess that the report names.
 */
export const calibratePrompts = async (asker: Omit<Asker, 'connections'>): Promise<PromptSource> => {
  const { prompts } = asker.options
  if (prompts.kind !== 'random' && prompts.kind !== 'trace' && prompts.kind !== 'sharegpt') return prompts
  const connections = openConnections(asker.options, asker.target, 1)
  const context = { ...asker, connections }
  const texts = prompts.kind === 'sharegpt' ? await sampleTexts(prompts.path) : undefined
  const measure = (count: CountTokens, by: 'usage' | 'tokenize'): Promise<Calibration | undefined> =>
    texts === undefined ? measureWords(count, by) : measureTexts(count, by, texts)
  try {
    const calibration =
      (await measure(countByUsage(context), 'usage')) ??
      (await measure(countByTokenizer(context), 'tokenize')) ??
      (texts === undefined ? guessed.words : guessed.characters)
    return { ...prompts, calibration }
  } finally {
    await connections.close()
  }
}

/** Each word so many times: one more token a word cannot be missed. */
const repeats = 16
/** The first word a second time, longer: the difference is free of the template. */
const longer = 48
/** Enough of them for prompts that differ, and few enough to be asked one by one. */
const probedWords = commonWords.slice(0, 24)

const measureWords = async (
  count: CountTokens,
  by: 'usage' | 'tokenize',
): Promise<Calibration | undefined> => {
  const probe = (word: string, times: number) => count(Array.from({ length: times }, () => word).join(' '))
  const [first] = probedWords as [string]
  const long = await probe(first, longer)
  if (long === undefined) return undefined
  const counts: [string, number][] = []
  for (const word of probedWords) {
    const tokens = await probe(word, repeats)
    if (tokens === undefined) return undefined
    counts.push([word, tokens])
  }
  const perFirst = (long - counts[0]![1]) / (longer - repeats)
  return fitWords(counts, { by, repeats, overhead: counts[0]![1] - perFirst * repeats })
}

const measureTexts = async (
  count: CountTokens,
  by: 'usage' | 'tokenize',
  texts: string[],
): Promise<Calibration | undefined> => {
  const probes: Probe[] = []
  for (const text of texts) {
    const tokens = await count(text)
    if (tokens === undefined) return undefined
    probes.push({ units: text.length, tokens })
  }
  return fitCalibration(probes, by)
}

/** In characters; within the context of small models. */
const sampleLengths = [200, 500, 1000, 1600]

/** Pieces of the file, each from another place. A small file is read again from its beginning. */
const sampleTexts = async (path: string): Promise<string[]> => {
  const turns = (await readShareGpt(path)).slice(0, 200).flat()
  const text = turns.map(({ question, answer }) => `${question}\n${answer}`).join('\n')
  return sampleLengths.map((length, index) => {
    const from = index * sampleLengths.at(-1)!
    const piece = text.slice(from, from + length)
    return piece.length === length ? piece : text.repeat(Math.ceil(length / text.length)).slice(0, length)
  })
}
