import { takeLimit } from './conversation.ts'
import type { BodySettings, Delta } from './endpoint.ts'
import { fieldsOf, isText, numberOf, type Fields } from './fields.ts'
import { defaultMaxTokens } from './openai-body.ts'
import { decodeError } from './openai-delta.ts'
import { withOwnTimes } from './own-times.ts'

/** What Ollama's two endpoints have in common. It has nothing like `ignore_eos`. */
export const encodeOllamaBody = (
  extra: Record<string, unknown>,
  { model, stream, maxTokens, temperature, seed }: BodySettings,
): Record<string, unknown> => {
  const { own, others } = takeLimit(extra)
  const options = fieldsOf(others['options'])
  return {
    ...others,
    model,
    stream,
    options: {
      ...options,
      num_predict: maxTokens ?? options?.['num_predict'] ?? own ?? defaultMaxTokens,
      ...(temperature !== undefined && { temperature }),
      ...(seed !== undefined && { seed }),
    },
  }
}

/** A line of a stream or a whole answer: both have the same fields. */
export const decodeOllama = (json: unknown): Delta | undefined => {
  const object = fieldsOf(json)
  if (object === undefined) return undefined
  const message = fieldsOf(object['message'])
  const text = message === undefined ? object['response'] : message['content']
  const thinking = message === undefined ? object['thinking'] : message['thinking']
  const calls = message?.['tool_calls']
  const done = object['done'] === true
  const delta: Delta = {
    hasOutput: isText(text) || isText(thinking) || (Array.isArray(calls) && calls.length > 0),
    ...(isText(text) && { text }),
    ...(isText(thinking) && { reasoning: thinking }),
    // Old servers end without a reason.
    finishReason: done ? (isText(object['done_reason']) ? object['done_reason'] : 'stop') : undefined,
    usage: done ? decodeCounts(object) : undefined,
    timings: done ? decodeDurations(object) : undefined,
    error: decodeError(object['error']),
  }
  return withOwnTimes(delta, object)
}

/** A prompt that was cached whole has no count. */
const decodeCounts = (object: Fields): Delta['usage'] => {
  const outputTokens = numberOf(object['eval_count'])
  return outputTokens === undefined
    ? undefined
    : { outputTokens, promptTokens: numberOf(object['prompt_eval_count']) ?? 0 }
}

const nanosecondsPerMs = 1e6

/** `load_duration` is in neither: it is the model's way into memory, and no queue. */
const decodeDurations = (object: Fields): Delta['timings'] => {
  const prefill = numberOf(object['prompt_eval_duration'])
  const decode = numberOf(object['eval_duration'])
  if (prefill === undefined && decode === undefined) return undefined
  return {
    ...(prefill !== undefined && { prefill: prefill / nanosecondsPerMs }),
    ...(decode !== undefined && { decode: decode / nanosecondsPerMs }),
  }
}
