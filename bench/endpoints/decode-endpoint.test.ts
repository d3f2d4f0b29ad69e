import { expect, test } from 'vitest'
import { decodeEndpoint } from './decode-endpoint.ts'
import { endpointNames } from './registry.ts'

test.each(endpointNames)('%s is known by its own name', (name) => {
  expect(decodeEndpoint(name)).toBe(name)
})

test.each([
  ['openai-chat', 'chat'],
  ['/v1/chat/completions', 'chat'],
  ['/chat/completions', 'chat'],
  ['vllm', 'completions'],
  ['/v1/completions', 'completions'],
  ['Anthropic', 'messages'],
  ['/v1/messages', 'messages'],
  ['ollama', 'ollama-chat'],
  ['/api/generate', 'ollama-generate'],
])('%s means %s', (text, name) => {
  expect(decodeEndpoint(text)).toBe(name)
})

test.each(['telepathy', '', '/v1', '__proto__', 'constructor'])('"%s" is refused', (text) => {
  expect(() => decodeEndpoint(text)).toThrow('is not known; expected chat, completions')
})
