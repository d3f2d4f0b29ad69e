import { encodeSse } from '../../src/sse.ts'

/** Events as OpenAI-compatible servers write them. */
const event = (value: object): string => encodeSse({ data: JSON.stringify(value) })
const choice = (delta: object, finishReason: string | null = null): string =>
  event({
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  })

export const role = (content: string | null): string => choice({ role: 'assistant', content })
export const text = (content: string): string => choice({ content })
/** The moment of sending inside the event, for clients that measure how late they read. */
export const stampedText = (content: string, sentAt: number): string =>
  event({ sent_ms: sentAt, choices: [{ index: 0, delta: { content }, finish_reason: null }] })
export const reasoning = (field: 'reasoning' | 'reasoning_content', content: string): string =>
  choice({ [field]: content })
export const toolArguments = (part: string): string =>
  choice({ tool_calls: [{ index: 0, function: { arguments: part } }] })
export const emptyDelta = choice({ content: '' })
export const finish = choice({}, 'length')
export const done = encodeSse({ data: '[DONE]' })
export const failure = (message: string): string => event({ error: { message, type: 'server_error' } })
export const usage = (outputTokens: number): string =>
  event({ choices: [], usage: { prompt_tokens: 12, completion_tokens: outputTokens } })

/** A chunk that counts as it goes, as vLLM's `continuous_usage_stats` do. */
export const countedText = (content: string, outputTokens: number): string =>
  event({
    choices: [{ index: 0, delta: { content }, finish_reason: null }],
    usage: { prompt_tokens: 12, completion_tokens: outputTokens },
  })

/** One, two, three and four bytes of UTF-8: a split inside any of them must do no harm. */
const kinds = ['word ', 'café ', '€5 ', '🙂 ']
export const wordKinds = kinds.length
export const word = (index: number): string => kinds[index % kinds.length]!
export const words = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => word(from + index)).join('')
/** The truth server's tokenizer: a word is a token. */
export const countWords = (text: string): number => text.split(' ').filter((part) => part !== '').length
