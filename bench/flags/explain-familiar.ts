import { AppError } from '../../src/errors.ts'
import type { BenchFlags } from './bench-flags.ts'

type Familiar = Partial<Pick<BenchFlags, keyof typeof meanings>> &
  Partial<Pick<BenchFlags, 'synthetic-input-tokens-stddev' | 'output-tokens-stddev'>>

const meanings = {
  tokenizer: 'no tokenizer is needed: tokens are counted by the server',
  'skip-tokenizer-init': 'no tokenizer is needed: tokens are counted by the server',
  'trust-remote-code': 'no tokenizer is needed, and nobody’s code is run',
  'skip-chat-template': 'prompts are sent as they are; chat templates are the server’s',
  'disable-tqdm': 'the live view is drawn on a terminal only, and gone before the report',
  ui: 'the live view is drawn on a terminal only, and gone before the report',
  'confidence-level': 'intervals hold 95 % here',
} as const

/** One line for each flag that was understood and does nothing, so that nobody wonders. Refuses what would be a lie. */
export const explainFamiliar = (flags: Familiar): string[] => {
  for (const flag of ['synthetic-input-tokens-stddev', 'output-tokens-stddev'] as const) {
    const spread = flags[flag]
    if (spread !== undefined && Number(spread) !== 0) {
      throw new AppError(
        'invalid_request',
        `--${flag} ${spread}: lengths do not follow a normal distribution here; --range-ratio 0.2 spreads both evenly by 20 %`,
        { param: flag },
      )
    }
  }
  return Object.entries(meanings)
    .filter(([flag]) => flags[flag as keyof typeof meanings] !== undefined)
    .map(([flag, meaning]) => `--${flag} is not used: ${meaning}`)
}
