import { toMessages, takeLimit } from './conversation.ts'
import type { Delta, Endpoint } from './endpoint.ts'
import { fieldsOf, isText, listOf, numberOf, type Fields } from './fields.ts'
import { defaultMaxTokens } from './openai-body.ts'
import { decodeError } from './openai-delta.ts'
import { withOwnTimes } from './own-times.ts'

/** OpenAI's Responses API. Its stream names each event in `type` and ends with the whole response. */
export const responses: Endpoint = {
  name: 'responses',
  path: '/responses',
  framing: 'sse',
  takesMessages: true,
  asksForUsage: false,
  hiddenLimit: 'max_output_tokens',
  encodeBody(prompt, { model, stream, maxTokens, temperature, ignoreEos, minTokens }) {
    const { own, others } = takeLimit(prompt.extra)
    const limit = maxTokens ?? others['max_output_tokens'] ?? own ?? defaultMaxTokens
    return {
      ...others,
      ...(temperature !== undefined && { temperature }),
      ...(ignoreEos && { ignore_eos: true }),
      ...(minTokens !== undefined && { min_tokens: minTokens }),
      max_output_tokens: limit,
      input: typeof prompt.text === 'string' ? prompt.text : toMessages(prompt, 'responses'),
      model,
      stream,
    }
  },
  decode(json) {
    const object = fieldsOf(json)
    if (object === undefined) return undefined
    const type = object['type']
    return withOwnTimes(isText(type) ? decodeEvent(type, object) : decodeResponse(object), object)
  },
}

/** Which events carry what the model has written. */
const outputEvents = new Set([
  'response.output_text.delta',
  'response.reasoning_text.delta',
  'response.reasoning_summary_text.delta',
  'response.refusal.delta',
  'response.function_call_arguments.delta',
])

const decodeEvent = (type: string, event: Fields): Delta => {
  if (type === 'error') return { ...nothing, error: decodeError(event['error']) ?? decodeError(event) }
  const response = fieldsOf(event['response'])
  // Earlier ones carry the response too, as it stands before its output.
  if (response !== undefined && endings.has(type)) return { ...decodeResponse(response), hasOutput: false }
  if (!outputEvents.has(type) || !isText(event['delta'])) return nothing
  return {
    ...nothing,
    hasOutput: true,
    ...(type === 'response.output_text.delta' && { text: event['delta'] }),
  }
}

const endings = new Set(['response.completed', 'response.incomplete', 'response.failed'])
const nothing: Delta = {
  hasOutput: false,
  finishReason: undefined,
  usage: undefined,
  timings: undefined,
  error: undefined,
}

const decodeResponse = (response: Fields): Delta => {
  const output = listOf(response['output'])
  const parts = output.flatMap((item) => [...listOf(item['content']), ...listOf(item['summary'])])
  const text = parts
    .filter(({ type }) => type === 'output_text')
    .map((part) => (isText(part['text']) ? part['text'] : ''))
  return {
    hasOutput:
      parts.some((part) => isText(part['text']) || isText(part['refusal'])) ||
      output.some((item) => isText(item['arguments'])),
    text: text.join(''),
    finishReason: decodeReason(response),
    usage: decodeUsage(fieldsOf(response['usage'])),
    timings: undefined,
    error: response['status'] === 'failed' ? explainFailure(response) : decodeError(response['error']),
  }
}

const explainFailure = (response: Fields): string =>
  decodeError(response['error']) ?? 'the response failed without a reason'

/** In the words that chat has for it. */
const decodeReason = ({ status, incomplete_details: details }: Fields): string | undefined => {
  if (status === 'completed') return 'stop'
  if (status !== 'incomplete') return undefined
  const reason = fieldsOf(details)?.['reason']
  if (reason === 'max_output_tokens') return 'length'
  return isText(reason) ? reason : 'incomplete'
}

const decodeUsage = (usage: Fields | undefined): Delta['usage'] => {
  const outputTokens = numberOf(usage?.['output_tokens'])
  if (usage === undefined || outputTokens === undefined) return undefined
  return {
    outputTokens,
    promptTokens: numberOf(usage['input_tokens']) ?? 0,
    cachedTokens: numberOf(fieldsOf(usage['input_tokens_details'])?.['cached_tokens']),
  }
}
