import { expect, test } from 'vitest'
import { parseBody } from '../parse-body.ts'
import { decodeChat } from './chat/decode.ts'
import { chatRequest } from './chat/schema.ts'
import { decodeCompletion } from './completions/decode.ts'
import { completionRequest } from './completions/schema.ts'

const strict = { lenient: false, ignore: () => {} }

test('every sampling parameter reaches the engine, and nothing that was not asked for', () => {
  const body = {
    model: 'm',
    messages: [{ role: 'user', content: 'x' }],
    temperature: 0.5,
    top_p: 0.9,
    top_k: 40,
    min_p: 0.05,
    seed: -7,
    presence_penalty: -1,
    frequency_penalty: 1,
    repeat_penalty: 1.1,
    logit_bias: { 12: -100, 13: 5 },
    stop: 'END',
    max_completion_tokens: 9,
    ignore_eos: true,
    min_tokens: 2,
  }
  expect(decodeChat(parseBody(chatRequest, body, strict))).toEqual({
    prompt: { kind: 'chat', messages: [{ role: 'user', text: 'x' }] },
    sampling: {
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      minP: 0.05,
      seed: -7,
      presencePenalty: -1,
      frequencyPenalty: 1,
      repetitionPenalty: 1.1,
      logitBias: new Map([
        [12, -100],
        [13, 5],
      ]),
    },
    maxTokens: 9,
    stop: ['END'],
    ignoreEos: true,
    minTokens: 2,
  })
  const plain = parseBody(
    chatRequest,
    { model: 'm', messages: body.messages, top_k: -1, temperature: null },
    strict,
  )
  expect(decodeChat(plain)).toEqual({
    prompt: { kind: 'chat', messages: [{ role: 'user', text: 'x' }] },
    sampling: {},
    stop: [],
    ignoreEos: false,
  })
})

test('every kind of message', () => {
  const messages = [
    { role: 'developer', content: 'Be brief.' },
    {
      role: 'user',
      name: 'ann',
      content: [
        { type: 'text', text: 'one' },
        { type: 'text', text: 'two' },
      ],
    },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: '2' },
    { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
  ]
  const { prompt } = decodeChat(parseBody(chatRequest, { model: 'm', messages }, strict))
  expect(prompt).toEqual({
    kind: 'chat',
    messages: [
      { role: 'system', text: 'Be brief.' },
      { role: 'user', name: 'ann', text: 'one\ntwo' },
      { role: 'assistant', text: '', toolCalls: [{ id: 'c1', name: 'add', argumentsJson: '{"a":1}' }] },
      { role: 'tool', text: '2', toolCallId: 'c1' },
      { role: 'assistant', text: 'No.' },
    ],
  })
})

test.each([
  ['text', [{ kind: 'text', text: 'text' }]],
  [
    ['a', 'b'],
    [
      { kind: 'text', text: 'a' },
      { kind: 'text', text: 'b' },
    ],
  ],
  [[1, 2], [{ kind: 'tokens', tokens: [1, 2] }]],
  [
    [[1], [2, 3]],
    [
      { kind: 'tokens', tokens: [1] },
      { kind: 'tokens', tokens: [2, 3] },
    ],
  ],
])('the prompt %j', (prompt, expected) => {
  const requests = decodeCompletion(
    parseBody(completionRequest, { model: 'm', prompt, max_tokens: 3 }, strict),
  )
  expect(requests.map((request) => request.prompt)).toEqual(expected)
  expect(requests.every((request) => request.maxTokens === 3)).toBe(true)
})
