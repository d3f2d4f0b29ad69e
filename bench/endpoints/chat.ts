import { AppError } from '../../src/errors.ts'
import type { Endpoint } from './endpoint.ts'
import { encodeOpenAiBody } from './openai-body.ts'
import { decodeOpenAiDelta } from './openai-delta.ts'

export const chat: Endpoint = {
  name: 'chat',
  path: '/chat/completions',
  encodeBody({ messages, text, extra, where }, settings) {
    if (messages !== undefined) return { messages, ...encodeOpenAiBody(extra, settings) }
    if (typeof text !== 'string') {
      throw new AppError('invalid_request', `${where}: "prompt" must be a text for the chat endpoint`)
    }
    return { messages: [{ role: 'user', content: text }], ...encodeOpenAiBody(extra, settings) }
  },
  decode: decodeOpenAiDelta,
}
