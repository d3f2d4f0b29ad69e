import type { ServerTimings } from '../wire/attempt.ts'
import type { Delta } from './endpoint.ts'
import { fieldsOf, numberOf, type Fields } from './fields.ts'

/**
 * Adds what a server says of its own time, whatever the protocol: `timings`, in the event or in the response that it
 * holds, and `sent_ms`.
 */
export const withOwnTimes = (delta: Delta, event: Fields): Delta => {
  const timings = decodeTimings(fieldsOf(event['timings'] ?? fieldsOf(event['response'])?.['timings']))
  const sentAt = numberOf(event['sent_ms'])
  if (timings === undefined && sentAt === undefined) return delta
  return { ...delta, ...(timings && { timings }), ...(sentAt !== undefined && { sentAt }) }
}

/** llama.cpp's names first, then plain ones. */
const decodeTimings = (timings: Fields | undefined): ServerTimings | undefined => {
  if (timings === undefined) return undefined
  const queue = numberOf(timings['queue_ms'])
  const prefill = numberOf(timings['prompt_ms']) ?? numberOf(timings['prefill_ms'])
  const decode = numberOf(timings['predicted_ms']) ?? numberOf(timings['decode_ms'])
  if (queue === undefined && prefill === undefined && decode === undefined) return undefined
  return {
    ...(queue !== undefined && { queue }),
    ...(prefill !== undefined && { prefill }),
    ...(decode !== undefined && { decode }),
  }
}
