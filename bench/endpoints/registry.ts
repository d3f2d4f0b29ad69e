import { chat } from './chat.ts'
import { completions } from './completions.ts'
import { embeddings } from './embeddings.ts'
import { messages } from './messages.ts'
import { ollamaChat } from './ollama-chat.ts'
import { ollamaGenerate } from './ollama-generate.ts'
import { responses } from './responses.ts'

export const endpoints = {
  chat,
  completions,
  embeddings,
  responses,
  messages,
  'ollama-chat': ollamaChat,
  'ollama-generate': ollamaGenerate,
}
export type EndpointName = keyof typeof endpoints
export const endpointNames = Object.keys(endpoints) as EndpointName[]
