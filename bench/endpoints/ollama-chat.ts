import { toMessages } from './conversation.ts'
import type { Endpoint } from './endpoint.ts'
import { decodeOllama, encodeOllamaBody } from './ollama-body.ts'

export const ollamaChat: Endpoint = {
  name: 'ollama-chat',
  path: '/api/chat',
  outsideV1: true,
  framing: 'ndjson',
  takesMessages: true,
  asksForUsage: false,
  encodeBody: (prompt, settings) => ({
    ...encodeOllamaBody(prompt.extra, settings),
    messages: toMessages(prompt, 'ollama-chat'),
  }),
  decode: decodeOllama,
}
