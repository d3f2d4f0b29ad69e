import { basename } from 'node:path'
import type { PromptSource } from './options.ts'
import type { Prompts } from './prompts/prompts.ts'
import type { Configuration } from './result.ts'

/** What was to be sent. Of files only the name: folders are different on each machine. */
export const describePrompts = (
  { source, distinct, nonce, seed }: Prompts,
  asked: PromptSource,
): Configuration['prompts'] => ({
  source,
  distinct: Number.isFinite(distinct) ? distinct : null,
  nonce: nonce ?? null,
  seed,
  ...('path' in asked && { file: basename(asked.path) }),
  ...(asked.kind === 'random' && {
    lengths: {
      input: asked.inputLen,
      output: asked.outputLen,
      range_ratio: asked.rangeRatio,
      prefix: asked.prefixLen,
      prefixes: asked.prefixes,
    },
  }),
})
