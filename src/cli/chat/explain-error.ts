import type { AppError } from '../../errors.ts'

const count = (value: string | number): string =>
  typeof value === 'number' ? value.toLocaleString('en-US') : value

/** What went wrong and what to do next, in one or two lines. */
export function explainError(error: AppError): string {
  if (error.code === 'context_length_exceeded') {
    const { n_prompt_tokens: prompt, n_ctx: context } = error.details ?? {}
    const numbers =
      prompt === undefined || context === undefined
        ? error.message
        : `the conversation has ${count(prompt)} tokens and the model holds ${count(context)}, answer included`
    return `Context full: ${numbers}.\n/undo takes this message back, and again the exchange before it; /clear starts afresh.`
  }
  const wait =
    error.retryAfterMs === undefined ? '' : ` Try again in ${Math.ceil(error.retryAfterMs / 1000)} s.`
  return `Error: ${error.message.replace(/\.$/, '')}.${wait}`
}
