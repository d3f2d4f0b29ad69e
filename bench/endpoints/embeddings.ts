import { AppError } from '../../src/errors.ts'
import type { Delta, Endpoint } from './endpoint.ts'
import { fieldsOf, listOf, numberOf } from './fields.ts'
import { decodeError } from './openai-delta.ts'

/** OpenAI's embeddings. A prompt that is a list of texts is a batch: one request, several vectors. */
export const embeddings: Endpoint = {
  name: 'embeddings',
  path: '/embeddings',
  framing: 'none',
  takesMessages: false,
  asksForUsage: false,
  encodeBody({ text, extra, where }, { model }) {
    if (text !== undefined) return { ...extra, model, input: text }
    throw new AppError(
      'invalid_request',
      `${where}: the embeddings endpoint needs "prompt" and this line has "messages"`,
    )
  },
  decode(json) {
    const object = fieldsOf(json)
    if (object === undefined) return undefined
    const vectors = listOf(object['data']).filter(({ embedding }) => holdsNumbers(embedding)).length
    const promptTokens = numberOf(fieldsOf(object['usage'])?.['prompt_tokens'])
    return {
      hasOutput: vectors > 0,
      vectors,
      finishReason: undefined,
      usage: promptTokens === undefined ? undefined : { promptTokens, outputTokens: 0 },
      timings: undefined,
      error: decodeError(object['error']),
    } satisfies Delta
  },
}

/** A list, or base64 where the request asked for it. */
const holdsNumbers = (embedding: unknown): boolean =>
  (Array.isArray(embedding) || typeof embedding === 'string') && embedding.length > 0
