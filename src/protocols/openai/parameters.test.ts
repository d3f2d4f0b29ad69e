import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { parseBody } from '../parse-body.ts'
import { chatRequest } from './chat/schema.ts'
import { completionRequest } from './completions/schema.ts'

const strict = { lenient: false, ignore: () => {} }
const chat = (extra: object) =>
  parseBody(chatRequest, { model: 'm', messages: [{ role: 'user', content: 'x' }], ...extra }, strict)
const completion = (extra: object) =>
  parseBody(completionRequest, { model: 'm', prompt: 'x', ...extra }, strict)

/** The parameters that the official client's types know. */
function officialParameters(file: string, name: string): string[] {
  const folder = dirname(createRequire(import.meta.url).resolve('openai'))
  const source = readFileSync(join(folder, 'resources', file), 'utf8')
  const start = source.indexOf(`export interface ${name} {`)
  const body = source.slice(start, source.indexOf('\n}', start))
  return [...body.matchAll(/^ {4}([a-z_]+)\??:/gm)].map((match) => match[1]!)
}

test.each([
  ['chat/completions/completions.d.ts', 'ChatCompletionCreateParamsBase', chatRequest, 35],
  ['completions.d.ts', 'CompletionCreateParamsBase', completionRequest, 17],
])('%s: every official parameter is known here', (file, name, schema, least) => {
  const official = officialParameters(file, name)
  expect(official.length).toBeGreaterThanOrEqual(least)
  expect(official.filter((parameter) => !(parameter in schema.shape))).toEqual([])
})

test('a parameter that asks for nothing is accepted, and null means absent', () => {
  const quiet = {
    logprobs: false,
    top_logprobs: 0,
    n: 1,
    store: false,
    tools: [],
    tool_choice: 'none',
    parallel_tool_calls: true,
    functions: [],
    function_call: 'auto',
    response_format: { type: 'text' },
    service_tier: 'auto',
    modalities: ['text'],
    reasoning_effort: 'none',
    verbosity: 'medium',
    prompt_cache_retention: 'in_memory',
    prompt_cache_key: 'k',
    safety_identifier: 's',
    user: 'u',
    metadata: { a: 'b' },
    min_tokens: 0,
  }
  expect(() => chat(quiet)).not.toThrow()
  const names = Object.keys(chatRequest.shape).filter((name) => name !== 'model' && name !== 'messages')
  expect(() => chat(Object.fromEntries(names.map((name) => [name, null])))).not.toThrow()
  expect(() => completion({ best_of: 2, n: 2, suffix: '', logprobs: null })).not.toThrow()
})

test.each<[string, unknown]>([
  ['logprobs', true],
  ['top_logprobs', 2],
  ['response_format', { type: 'json_object' }],
  ['response_format', 'text'],
  ['tools', [{ type: 'function' }]],
  ['tool_choice', 'required'],
  ['functions', [{}]],
  ['function_call', { name: 'x' }],
  ['store', true],
  ['modalities', ['text', 'audio']],
  ['audio', {}],
  ['prediction', { type: 'content' }],
  ['reasoning_effort', 'high'],
  ['verbosity', 'low'],
  ['web_search_options', {}],
  ['moderation', {}],
  ['prompt_cache_options', { ttl: '1h' }],
  ['prompt_cache_retention', '24h'],
  ['surprise', 1],
])('chat refuses %s: %j by name', (name, value) => {
  expect(() => chat({ [name]: value })).toThrow(
    expect.objectContaining({
      code: 'unsupported_parameter',
      param: name,
      message: expect.stringContaining(name),
    }),
  )
})

test.each<[string, unknown]>([
  ['best_of', 3],
  ['suffix', 'x'],
  ['logprobs', 0],
])('completions refuse %s: %j by name', (name, value) => {
  expect(() => completion({ [name]: value })).toThrow(
    expect.objectContaining({ code: 'unsupported_parameter', param: name }),
  )
})

test.each<[object, string, RegExp]>([
  [{ temperature: '1' }, 'temperature', /must be a number, not a string/],
  [{ temperature: -0.1 }, 'temperature', /must be at least 0/],
  [{ top_p: 1.1 }, 'top_p', /must be at most 1/],
  [{ n: 0 }, 'n', /must be at least 1/],
  [{ n: 1.5 }, 'n', /must be an integer, not 1.5/],
  [{ seed: 1.5 }, 'seed', /integer/],
  [{ stream: 'yes' }, 'stream', /must be true or false, not a string/],
  [{ stop: 5 }, 'stop', /must be a string or an array, not 5/],
  [{ stop: [''] }, 'stop.0', /at least 1 characters/],
  [{ stop: Array.from({ length: 17 }, () => 'x') }, 'stop', /at most 16 entries/],
  [{ logit_bias: { a: 1 } }, 'logit_bias', /token ids, not "a"/],
  [{ logit_bias: { 5: 101 } }, 'logit_bias', /token 5 must be a number from -100 to 100/],
  [{ logit_bias: [] }, 'logit_bias', /must be an object/],
  [{ metadata: { a: 1 } }, 'metadata.a', /must be a string/],
  [{ user: 5 }, 'user', /must be a string/],
  [{ min_tokens: -1 }, 'min_tokens', /must be at least 0/],
  [{ min_tokens: 5, max_tokens: 4 }, 'min_tokens', /is 5, more than .* which is 4/],
  [{ min_tokens: 5, max_completion_tokens: 4 }, 'min_tokens', /is 5, more than .* which is 4/],
  [{ repetition_penalty: 1.1, repeat_penalty: 1.2 }, 'repeat_penalty', /another name/],
  [
    { stream: true, stream_options: { include_obfuscation: true } },
    'stream_options.include_obfuscation',
    /padded/,
  ],
  [{ stream_options: {} }, 'stream_options', /stream: true/],
])('%j is refused', (extra, param, message) => {
  expect(() => chat(extra)).toThrow(
    expect.objectContaining({ param, message: expect.stringMatching(message) }),
  )
})

test.each<[unknown, RegExp]>([
  [undefined, /is required/],
  [null, /is required/],
  [[], /must not be empty/],
  [[1, 'a'], /must be a string, an array/],
  [[[1], ['a']], /must be a string, an array/],
  [[-1], /must be a string, an array/],
  [{}, /must be a string, an array/],
])('the prompt %j is refused', (prompt, message) => {
  expect(() => completion({ prompt })).toThrow(
    expect.objectContaining({ param: 'prompt', message: expect.stringMatching(message) }),
  )
})

test('prompts times choices has a limit', () => {
  expect(() => completion({ prompt: Array.from({ length: 100 }, () => 'x'), n: 11 })).toThrow(
    expect.objectContaining({ param: 'n' }),
  )
})

test.each<[object, string, RegExp]>([
  [{ role: 'user' }, 'messages.0.content', /is required/],
  [{ role: 'assistant', content: null }, 'messages.0.content', /is required where there are no tool_calls/],
  [{ role: 'tool', content: 'x' }, 'messages.0.tool_call_id', /is required/],
  [{ role: 'user', content: [{ type: 'text' }] }, 'messages.0.content.0.text', /must be a string/],
  [{ role: 'user', content: [{ type: 'input_audio' }] }, 'messages.0.content.0', /audio cannot be used/],
  [{ role: 'user', content: [{ type: 'file' }] }, 'messages.0.content.0', /a file cannot be used/],
  [{ role: 'user', content: [5] }, 'messages.0.content.0', /must be an object, not 5/],
  [{ role: 'assistant', content: 'x', function_call: {} }, 'messages.0.function_call', /use tool_calls/],
  [{ role: 'function', content: 'x', name: 'f' }, 'messages.0.role', /must be "system"/],
])('the message %j is refused', (message, param, text) => {
  const body = { model: 'm', messages: [message] }
  expect(() => parseBody(chatRequest, body, strict)).toThrow(
    expect.objectContaining({ param, message: expect.stringMatching(text) }),
  )
})
