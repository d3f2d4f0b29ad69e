import { AppError } from '../../src/errors.ts'
import type { Prompt } from '../prompts/prompt.ts'

/** A prompt as messages; `endpoint` names who wants them so in the error. */
export const toMessages = ({ messages, text, where }: Prompt, endpoint: string): unknown[] => {
  if (messages !== undefined) return messages
  if (typeof text === 'string') return [{ role: 'user', content: text }]
  throw new AppError('invalid_request', `${where}: "prompt" must be a text for the ${endpoint} endpoint`)
}

/** The limit of a prompt file under either of its names in the OpenAI API, and the other fields. */
export const takeLimit = (
  extra: Record<string, unknown>,
): { own: unknown; others: Record<string, unknown> } => {
  const { max_completion_tokens: newer, max_tokens: older, ...others } = extra
  return { own: newer ?? older, others }
}
