import { AppError } from '../../src/errors.ts'
import type { Endpoint } from './endpoint.ts'
import { decodeOllama, encodeOllamaBody } from './ollama-body.ts'

export const ollamaGenerate: Endpoint = {
  name: 'ollama-generate',
  path: '/api/generate',
  outsideV1: true,
  framing: 'ndjson',
  takesMessages: false,
  asksForUsage: false,
  encodeBody({ text, extra, where }, settings) {
    if (typeof text === 'string') return { ...encodeOllamaBody(extra, settings), prompt: text }
    throw new AppError(
      'invalid_request',
      `${where}: the ollama-generate endpoint needs "prompt" as a text; for messages use --endpoint ollama-chat`,
    )
  },
  decode: decodeOllama,
}
