import { expect, test } from 'vitest'
import { endpoints } from './registry.ts'

const timings = { queue_ms: 1, prompt_ms: 20, predicted_ms: 300 }
const known = { queue: 1, prefill: 20, decode: 300 }

test.each([
  ['chat', { choices: [], timings }],
  ['completions', { choices: [], timings }],
  ['responses', { type: 'response.completed', response: { status: 'completed', timings } }],
  ['responses', { object: 'response', status: 'completed', timings }],
  ['messages', { type: 'message_delta', delta: { stop_reason: 'end_turn' }, timings }],
  ['messages', { type: 'message', content: [], timings }],
  ['ollama-chat', { done: true, message: { content: '' }, timings }],
] as const)('%s reads the server’s own times in %j', (name, event) => {
  expect(endpoints[name].decode(event)?.timings).toEqual(known)
})

test('Ollama’s own durations stand where nothing else is said', () => {
  const event = { done: true, response: '', prompt_eval_duration: 2e6, eval_duration: 3e6 }
  expect(endpoints['ollama-generate'].decode(event)?.timings).toEqual({ prefill: 2, decode: 3 })
})

test.each([
  ['chat', { choices: [{ delta: { content: 'a' } }] }],
  ['completions', { choices: [{ text: 'a' }] }],
  ['responses', { type: 'response.output_text.delta', delta: 'a' }],
  ['messages', { type: 'content_block_delta', delta: { type: 'text_delta', text: 'a' } }],
  ['ollama-chat', { message: { content: 'a' }, done: false }],
  ['ollama-generate', { response: 'a', done: false }],
] as const)('%s reads when an event was sent', (name, event) => {
  expect(endpoints[name].decode({ ...event, sent_ms: 12.5 })).toMatchObject({ hasOutput: true, sentAt: 12.5 })
  expect(endpoints[name].decode(event)).not.toHaveProperty('sentAt')
})
