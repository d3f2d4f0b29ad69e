import type { Usage } from '../wire/attempt.ts'
import type { Delta } from './endpoint.ts'

import { fieldsOf, isFields, isText, numberOf, type Fields } from './fields.ts'
import { withOwnTimes } from './own-times.ts'

/**
 * Reads a chunk or a whole answer of the OpenAI family. It looks only at what a benchmark needs, and
 * accepts the spellings in use: `reasoning` and `reasoning_content`, `text` and `content`.
 */
export const decodeOpenAiDelta = (json: unknown): Delta | undefined => {
  const object = fieldsOf(json)
  if (object === undefined) return undefined
  const delta: Delta = {
    hasOutput: false,
    finishReason: undefined,
    usage: decodeUsage(fieldsOf(object['usage'])),
    timings: undefined,
    error: decodeError(object['error']),
  }
  const choices = object['choices']
  if (!Array.isArray(choices)) return withOwnTimes(delta, object)
  for (const choice of choices.filter(isFields)) {
    delta.hasOutput ||= isText(choice['text']) || hasOutput(choice['delta']) || hasOutput(choice['message'])
    const part = fieldsOf(choice['delta'] ?? choice['message'])
    const text = choice['text'] ?? part?.['content']
    if (isText(text)) delta.text = text
    const reasoning = part?.['reasoning_content'] ?? part?.['reasoning']
    if (isText(reasoning)) delta.reasoning = reasoning
    if (typeof choice['finish_reason'] === 'string') delta.finishReason = choice['finish_reason']
  }
  return withOwnTimes(delta, object)
}

const hasOutput = (part: unknown): boolean => {
  if (!isFields(part)) return false
  return (
    isText(part['content']) ||
    isText(part['reasoning_content']) ||
    isText(part['reasoning']) ||
    isText(part['refusal']) ||
    hasToolOutput(part['tool_calls'])
  )
}

const hasToolOutput = (calls: unknown): boolean =>
  Array.isArray(calls) &&
  calls.some((call) => {
    const called = fieldsOf(fieldsOf(call)?.['function'])
    return called !== undefined && (isText(called['name']) || isText(called['arguments']))
  })

const decodeUsage = (usage: Fields | undefined): Usage | undefined => {
  const outputTokens = numberOf(usage?.['completion_tokens'])
  if (usage === undefined || outputTokens === undefined) return undefined
  const details = fieldsOf(usage['prompt_tokens_details'])
  return {
    outputTokens,
    promptTokens: numberOf(usage['prompt_tokens']) ?? 0,
    cachedTokens: numberOf(details?.['cached_tokens']) ?? numberOf(usage['prompt_cache_hit_tokens']),
  }
}

/** `error` as the OpenAI object, or as the plain text that some servers send. */
export const decodeError = (error: unknown): string | undefined => {
  if (isText(error)) return error
  const object = fieldsOf(error)
  if (object === undefined) return undefined
  return isText(object['message']) ? object['message'] : JSON.stringify(object)
}
