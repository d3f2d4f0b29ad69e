import { toMessages, takeLimit } from './conversation.ts'
import type { Delta, Endpoint } from './endpoint.ts'
import { fieldsOf, isFields, isText, listOf, numberOf, type Fields } from './fields.ts'
import { defaultMaxTokens } from './openai-body.ts'
import { decodeError } from './openai-delta.ts'
import { withOwnTimes } from './own-times.ts'

/** The version of the API that this file is written to; servers that are not Anthropic's ignore it. */
const version = '2023-06-01'

/** Anthropic's Messages API: the prompt's count comes first, the output's with the reason for its end. */
export const messages: Endpoint = {
  name: 'messages',
  path: '/messages',
  framing: 'sse',
  takesMessages: true,
  asksForUsage: false,
  headers: (apiKey) => ({
    'anthropic-version': version,
    ...(apiKey !== undefined && { 'x-api-key': apiKey }),
  }),
  encodeBody(prompt, { model, stream, maxTokens, temperature, ignoreEos, minTokens }) {
    const { own, others } = takeLimit(prompt.extra)
    const all = toMessages(prompt, 'messages').filter(isFields)
    const system = all.filter(({ role }) => role === 'system').map(({ content }) => content)
    const limit = maxTokens ?? own ?? defaultMaxTokens
    return {
      ...others,
      ...(system.length > 0 && { system: system.join('\n\n') }),
      ...(temperature !== undefined && { temperature }),
      ...(ignoreEos && { ignore_eos: true }),
      ...(minTokens !== undefined && { min_tokens: minTokens }),
      max_tokens: limit,
      messages: all.filter(({ role }) => role !== 'system'),
      model,
      stream,
    }
  },
  decode(json) {
    const event = fieldsOf(json)
    return event === undefined ? undefined : withOwnTimes(decodeEvent(event), event)
  },
}

const decodeEvent = (event: Fields): Delta => {
  const usage = decodeUsage(fieldsOf(event['usage']))
  const delta = fieldsOf(event['delta'])
  const base: Delta = {
    hasOutput: false,
    finishReason: decodeReason(delta?.['stop_reason'] ?? event['stop_reason']),
    usage,
    timings: undefined,
    error: decodeError(event['error']),
  }
  switch (event['type']) {
    case 'message_start':
      return { ...base, usage: decodeUsage(fieldsOf(fieldsOf(event['message'])?.['usage'])) }
    case 'content_block_start':
      return { ...base, ...readBlock(fieldsOf(event['content_block'])) }
    case 'content_block_delta':
      return { ...base, ...readBlock(delta) }
    case 'message': {
      const blocks = listOf(event['content']).map(readBlock)
      const text = blocks.map((block) => block.text ?? '').join('')
      return { ...base, hasOutput: blocks.some(({ hasOutput }) => hasOutput), text }
    }
    default:
      return base
  }
}

/** A block, or a piece of one: text, thinking, or the name and input of a tool call. A signature is no output. */
const readBlock = (block: Fields | undefined): Pick<Delta, 'hasOutput' | 'text'> => {
  const text = block?.['text']
  if (isText(text)) return { hasOutput: true, text }
  const written = [block?.['thinking'], block?.['partial_json'], block?.['name']]
  return { hasOutput: written.some(isText) }
}

/** The two that chat has too get its words; others stay. */
const decodeReason = (reason: unknown): string | undefined => {
  if (!isText(reason)) return undefined
  if (reason === 'end_turn' || reason === 'stop_sequence') return 'stop'
  return reason === 'max_tokens' ? 'length' : reason
}

/** `input_tokens` are those that no cache had. */
const decodeUsage = (usage: Fields | undefined): Delta['usage'] => {
  if (usage === undefined) return undefined
  const [fresh, output] = [numberOf(usage['input_tokens']), numberOf(usage['output_tokens'])]
  const read = numberOf(usage['cache_read_input_tokens'])
  const written = numberOf(usage['cache_creation_input_tokens']) ?? 0
  return {
    ...(output !== undefined && { outputTokens: output }),
    ...(fresh !== undefined && { promptTokens: fresh + (read ?? 0) + written }),
    ...(read !== undefined && { cachedTokens: read }),
  }
}
