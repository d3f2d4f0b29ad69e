import type { Prompt } from '../engine/types.ts'
import { hashPrompt, measurePrompt } from './hash-prompt.ts'

/** A prompt as the prefix index sees it; hashed when somebody asks, and once. */
export type PromptPrefix = { readonly characters: number; blocks(): readonly number[] }

export function createPromptPrefix(prompt: Prompt): PromptPrefix {
  let blocks: number[] | undefined
  let characters: number | undefined
  return {
    get characters() {
      return (characters ??= measurePrompt(prompt))
    },
    blocks: () => (blocks ??= hashPrompt(prompt)),
  }
}

/** Of what has no prompt. */
export const noPrefix: PromptPrefix = { characters: 0, blocks: () => [] }
