import { AppError } from '../../src/errors.ts'
import type { Endpoint } from './endpoint.ts'
import { encodeOpenAiBody } from './openai-body.ts'
import { decodeOpenAiDelta } from './openai-delta.ts'

export const completions: Endpoint = {
  name: 'completions',
  path: '/completions',
  framing: 'sse',
  takesMessages: false,
  asksForUsage: true,
  encodeBody({ text, extra, where }, settings) {
    if (text === undefined) {
      throw new AppError(
        'invalid_request',
        `${where}: the completions endpoint needs "prompt" and this line has "messages"; use --endpoint chat`,
      )
    }
    return { prompt: text, ...encodeOpenAiBody(extra, settings) }
  },
  decode: decodeOpenAiDelta,
}
