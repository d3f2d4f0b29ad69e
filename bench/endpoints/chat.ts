import { toMessages } from './conversation.ts'
import type { Endpoint } from './endpoint.ts'
import { encodeOpenAiBody } from './openai-body.ts'
import { decodeOpenAiDelta } from './openai-delta.ts'

export const chat: Endpoint = {
  name: 'chat',
  path: '/chat/completions',
  framing: 'sse',
  takesMessages: true,
  asksForUsage: true,
  encodeBody: (prompt, settings) => ({
    messages: toMessages(prompt, 'chat'),
    ...encodeOpenAiBody(prompt.extra, settings),
  }),
  decode: decodeOpenAiDelta,
}
