import { z } from 'zod'
import type { TextPrompt } from '../../../engine/types.ts'

/** More belongs in several requests. */
const mostPrompts = 1024

const shapes =
  'must be a string, an array of strings, an array of token ids, or an array of arrays of token ids'

/** One of four shapes becomes a list of prompts. By hand: a union of arrays says nothing useful when it fails. */
export const prompts = z.unknown().transform((value, context): TextPrompt[] => {
  const fail = (message: string) => {
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  if (value === undefined || value === null) return fail(`is required: it ${shapes}`)
  if (typeof value === 'string') return [{ kind: 'text', text: value }]
  if (!Array.isArray(value)) return fail(shapes)
  if (value.length === 0) return fail('must not be empty')
  if (value.every(isToken)) return [{ kind: 'tokens', tokens: value }]
  if (value.length > mostPrompts) return fail(`must have at most ${mostPrompts} prompts`)
  if (value.every((entry) => typeof entry === 'string')) return value.map((text) => ({ kind: 'text', text }))
  if (value.every(isTokens)) return value.map((tokens) => ({ kind: 'tokens', tokens }))
  return fail(shapes)
})

const isToken = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31
const isTokens = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 0 && value.every(isToken)
