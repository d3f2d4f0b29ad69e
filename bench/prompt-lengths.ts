import type { Calibration } from './options.ts'
import type { Prompts } from './prompts/prompts.ts'
import type { Sample } from './record/samples.ts'
import { round } from './record/statistics.ts'

/** How far the prompts had the lengths that were asked for; tokens, by the server's own count. */
export type PromptLengths = {
  /** How many prompts had a length to keep, and of how many the server counted the tokens. */
  prompts: number
  counted: number
  asked_mean: number
  /** Null where the server counts no prompt tokens. */
  counted_mean: number | null
  /** The largest difference of one prompt. */
  worst_error: number | null
  calibrated_by: Calibration['by']
  tokens_per_word: number
  /** Of the chat template and the like; part of the count. */
  overhead: number
}

export const describeLengths = (
  samples: Sample[],
  { lengthAt, calibration }: Prompts,
): PromptLengths | undefined => {
  if (lengthAt === undefined || calibration === undefined) return undefined
  let [asked, counted, known, all, worst] = [0, 0, 0, 0, 0]
  for (const { index, prompt_tokens: tokens } of samples) {
    const length = lengthAt(index)
    if (length === undefined) continue
    all += 1
    asked += length
    if (tokens === undefined) continue
    known += 1
    counted += tokens
    worst = Math.max(worst, Math.abs(tokens - length))
  }
  if (all === 0) return undefined
  return {
    prompts: all,
    counted: known,
    asked_mean: round(asked / all),
    counted_mean: known === 0 ? null : round(counted / known),
    worst_error: known === 0 ? null : worst,
    calibrated_by: calibration.by,
    tokens_per_word: round(calibration.perUnit),
    overhead: round(calibration.overhead),
  }
}

const sources = {
  usage: "calibrated by the server's own counts",
  tokenize: "calibrated by the server's tokenizer, which does not count its chat template",
  nothing: 'by a guess: the server counts no prompt tokens and has no tokenize endpoint',
}

export const explainLengths = (lengths: PromptLengths | undefined): string | undefined => {
  if (lengths === undefined) return undefined
  const { asked_mean: asked, counted_mean: counted, worst_error: worst, calibrated_by: by } = lengths
  const found =
    counted === null
      ? ''
      : `, the server counted ${counted.toFixed(1)} (one prompt was off by ${worst} at most)`
  return `prompts of ${asked.toFixed(1)} tokens on average were asked for${found}; lengths ${sources[by]}`
}
