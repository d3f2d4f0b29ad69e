import type { Delta } from '../endpoints/endpoint.ts'
import type { Reply } from './attempt.ts'

/** In characters. No answer of ordinary length comes near; a longer one is not counted by the tokenizer. */
export const maxOutputLength = 1024 * 1024

/** Adds what a delta with output wrote. Calls of tools have no text of their own that a tokenizer could count. */
export const keepOutput = (reply: Reply, { text = '', reasoning = '' }: Delta): void => {
  const known = reply.output === undefined ? '' : reply.output
  const piece = reasoning + text
  const countable = known !== null && piece !== '' && known.length + piece.length <= maxOutputLength
  reply.output = countable ? known + piece : null
}
