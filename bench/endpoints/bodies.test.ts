import { expect, test } from 'vitest'
import type { Prompt } from '../prompts/prompt.ts'
import { endpoints } from './registry.ts'

const settings = {
  model: 'm', stream: true, includeUsage: true, maxTokens: 9, temperature: 0.5, seed: 3, ignoreEos: true, minTokens: 4,
} // prettier-ignore
const said: Prompt = {
  where: 'p.jsonl:1',
  extra: { top_p: 0.9, max_tokens: 50 },
  messages: [
    { role: 'system', content: 'be brief' },
    { role: 'user', content: 'hi' },
  ],
}
const text: Prompt = { where: 'p.jsonl:2', text: 'hi', extra: {} }

test("Anthropic's: the system prompt apart, its own limit, no seed and no stream options", () => {
  expect(endpoints.messages.encodeBody(said, settings)).toEqual({
    top_p: 0.9,
    system: 'be brief',
    temperature: 0.5,
    ignore_eos: true,
    min_tokens: 4,
    max_tokens: 9,
    messages: [{ role: 'user', content: 'hi' }],
    model: 'm',
    stream: true,
  })
  expect(endpoints.messages.encodeBody(text, { ...settings, maxTokens: undefined })).toMatchObject({
    max_tokens: 128,
  })
})

test("the Responses API's: input and its own name for the limit", () => {
  expect(endpoints.responses.encodeBody(text, settings)).toMatchObject({ input: 'hi', max_output_tokens: 9 })
  const body = endpoints.responses.encodeBody(said, { ...settings, maxTokens: undefined })
  expect(body).toMatchObject({ input: said.messages, max_output_tokens: 50, top_p: 0.9 })
  expect(body).not.toHaveProperty('max_tokens')
  expect(body).not.toHaveProperty('stream_options')
})

test("Ollama's: options of its own, and what it does not have is not sent", () => {
  const body = endpoints['ollama-chat'].encodeBody(said, settings)
  expect(body).toEqual({
    top_p: 0.9,
    model: 'm',
    stream: true,
    options: { num_predict: 9, temperature: 0.5, seed: 3 },
    messages: said.messages,
  })
  expect(endpoints['ollama-generate'].encodeBody(text, settings)).toMatchObject({ prompt: 'hi' })
})

test('an endpoint without messages refuses them with their place', () => {
  for (const name of ['embeddings', 'ollama-generate', 'completions'] as const) {
    expect(() => endpoints[name].encodeBody(said, settings)).toThrow(`p.jsonl:1: the ${name} endpoint needs`)
  }
})

test('whole answers are read as their streams are', () => {
  const anthropic = endpoints.messages.decode({
    type: 'message',
    content: [
      { type: 'thinking', thinking: 'hm' },
      { type: 'text', text: 'yes' },
    ],
    stop_reason: 'end_turn',
    usage: { input_tokens: 5, cache_read_input_tokens: 7, cache_creation_input_tokens: 2, output_tokens: 3 },
  })
  expect(anthropic).toMatchObject({
    hasOutput: true,
    text: 'yes',
    finishReason: 'stop',
    usage: { promptTokens: 14, cachedTokens: 7, outputTokens: 3 },
  })
  const response = endpoints.responses.decode({
    object: 'response',
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
    error: null,
    output: [{ type: 'message', content: [{ type: 'output_text', text: 'yes' }] }],
    usage: { input_tokens: 5, output_tokens: 3 },
  })
  expect(response).toMatchObject({ hasOutput: true, text: 'yes', finishReason: 'length', error: undefined })
  expect(
    endpoints.embeddings.decode({ data: [{ embedding: [] }], usage: { prompt_tokens: 1 } }),
  ).toMatchObject({
    hasOutput: false,
    vectors: 0,
  })
  expect(endpoints.embeddings.decode({ error: { message: 'no' } })?.error).toBe('no')
  for (const endpoint of Object.values(endpoints)) expect(endpoint.decode('text')).toBeUndefined()
})
