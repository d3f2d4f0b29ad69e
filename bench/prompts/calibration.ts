import type { Calibration } from '../options.ts'

/** One text that the server has counted. */
export type Probe = { units: number; tokens: number }

/** The straight line through all probes, by least squares. Undefined where they do not make a rising one. */
export const fitCalibration = (probes: Probe[], by: 'usage' | 'tokenize'): Calibration | undefined => {
  const mean = (value: (probe: Probe) => number): number =>
    probes.reduce((sum, probe) => sum + value(probe), 0) / probes.length
  const [units, tokens] = [mean((probe) => probe.units), mean((probe) => probe.tokens)]
  const spread = mean((probe) => (probe.units - units) ** 2)
  const perUnit = mean((probe) => (probe.units - units) * (probe.tokens - tokens)) / spread
  return spread > 0 && perUnit > 0 ? { by, perUnit, overhead: tokens - perUnit * units } : undefined
}

/** With fewer words to choose from prompts would begin alike. */
const fewestWords = 6
/** A count is whole; what is further off belongs to words that are cut in another way at their edges. */
const tolerance = 0.1

type WordProbes = { by: 'usage' | 'tokenize'; repeats: number; overhead: number }

/** Keeps the words that all have the same whole number of tokens, the fewest there is: of them any length can be made. */
export const fitWords = (
  counts: [word: string, tokens: number][],
  { by, repeats, overhead }: WordProbes,
): Calibration | undefined => {
  const rates = counts.map(([word, tokens]) => ({ word, rate: (tokens - overhead) / repeats }))
  const most = Math.max(...rates.map(({ rate }) => rate))
  for (let whole = 1; whole <= most; whole += 1) {
    const words = rates.filter(({ rate }) => Math.abs(rate - whole) <= tolerance).map(({ word }) => word)
    if (words.length >= fewestWords) return { by, overhead, perUnit: whole, words }
  }
  const mean = rates.reduce((sum, { rate }) => sum + rate, 0) / rates.length
  const words = rates.map(({ word }) => word)
  return mean > 0 ? { by, overhead, perUnit: mean, words } : undefined
}

/** A word is most often one token, and a chat template adds some; English text has four characters to a token. */
export const guessed: Record<'words' | 'characters', Calibration> = {
  words: { by: 'nothing', overhead: 0, perUnit: 1 },
  characters: { by: 'nothing', overhead: 0, perUnit: 0.25 },
}

/** How many units make so many tokens, the prompt's overhead included; at least one. */
export const unitsFor = (tokens: number, { overhead, perUnit }: Calibration): number =>
  Math.max(1, Math.round((tokens - overhead) / perUnit))
