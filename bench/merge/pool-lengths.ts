import type { PromptLengths } from '../prompt-lengths.ts'
import { round } from '../record/statistics.ts'
import type { BenchResult } from '../result.ts'
import { sumOf } from './pool-counts.ts'

/** From the best source of lengths to none; of several the worst stands for all. */
const sources: PromptLengths['calibrated_by'][] = ['usage', 'tokenize', 'nothing']

/** Means weighted by the prompts that they are of; the largest error of one prompt is that of all. */
export const poolLengths = (runs: BenchResult[]): Pick<BenchResult, 'prompt_lengths'> => {
  const parts = runs.flatMap(({ prompt_lengths: lengths }) => lengths ?? [])
  if (parts.length === 0) return {}
  const known = parts.filter(({ counted_mean: mean }) => mean !== null)
  const errors = parts.flatMap(({ worst_error: error }) => error ?? [])
  const worst = Math.max(...parts.map(({ calibrated_by: by }) => sources.indexOf(by)))
  return {
    prompt_lengths: {
      prompts: sumOf(parts.map(({ prompts }) => prompts)),
      counted: sumOf(parts.map(({ counted }) => counted)),
      asked_mean: meanOf(parts.map((part) => [part.asked_mean, part.prompts])),
      counted_mean:
        known.length === 0 ? null : meanOf(known.map((part) => [part.counted_mean!, part.counted])),
      worst_error: errors.length === 0 ? null : Math.max(...errors),
      calibrated_by: sources[worst]!,
      tokens_per_word: meanOf(parts.map((part) => [part.tokens_per_word, part.prompts])),
      overhead: meanOf(parts.map((part) => [part.overhead, part.prompts])),
    },
  }
}

const meanOf = (parts: [mean: number, weight: number][]): number =>
  round(sumOf(parts.map(([mean, weight]) => mean * weight)) / sumOf(parts.map(([, weight]) => weight)))
