import { AppError } from '../../src/errors.ts'
import type { Cancellation } from '../options.ts'
import { decodeRange } from './decode-range.ts'

/** What happens between impatience and a closed tab; without streaming only time passes. */
const defaults = { streamed: '1-16', whole: '100ms-1s' }

export const decodeCancellation = (
  rate: string | undefined,
  after: string | undefined,
  stream: boolean,
): Cancellation | undefined => {
  if (rate === undefined) return undefined
  const percent = Number(/^(\d+(?:\.\d+)?)\s*%?$/.exec(rate.trim())?.[1])
  if (!(percent > 0 && percent <= 100)) {
    throw refuse('cancel-rate', `--cancel-rate must be a percentage above 0 such as 10%, not "${rate}"`)
  }
  const text = after ?? (stream ? defaults.streamed : defaults.whole)
  const range = decodeRange(text)
  if (range === undefined || (range.unit === 'events' && range.from < 1)) {
    throw refuse(
      'cancel-after',
      `--cancel-after "${text}" is neither a time such as 500ms or 1s-3s nor a count of output events such as 8 or 1-16`,
    )
  }
  if (range.unit === 'events' && !stream) {
    throw refuse(
      'cancel-after',
      `--cancel-after ${text} counts output events, and answers are not streamed; give a time such as 500ms`,
    )
  }
  return { rate: percent / 100, after: range }
}

const refuse = (param: string, message: string): AppError =>
  new AppError('invalid_request', message, { param })
