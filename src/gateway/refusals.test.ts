import { expect, test } from 'vitest'
import { chatBody, openGateway, post } from './open-gateway.test-kit.ts'

const longPrompt = Array.from({ length: 80 }, () => 'word').join(' ')

test.each<[string, unknown, number, object]>([
  [
    'malformed JSON',
    '{"model": "tiny",\n "messages": [}',
    400,
    { code: 'invalid_request', position: 32, message: /line 2, column 15/ },
  ],
  ['an empty body', '', 400, { message: /empty/ }],
  ['an array', [], 400, { message: /must be an object, not an array/ }],
  ['a string', '"x"', 400, { message: /must be an object, not a string/ }],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400, { message: /UTF-8/ }],
  ['no model', { messages: [] }, 400, { param: 'model', message: /'model' is required/ }],
  [
    'an unknown model',
    chatBody({ model: 'nope' }),
    404,
    { type: 'invalid_request_error', code: 'model_not_found', param: 'model' },
  ],
  ['no messages', chatBody({ messages: [] }), 400, { param: 'messages' }],
  [
    'a number as content',
    chatBody({ messages: [{ role: 'user', content: 5 }] }),
    400,
    { param: 'messages.0.content', message: /a string or an array, not 5/ },
  ],
  [
    'null as content',
    chatBody({ messages: [{ role: 'user', content: null }] }),
    400,
    { param: 'messages.0.content' },
  ],
  [
    'an image',
    chatBody({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'x' },
            { type: 'image_url', image_url: {} },
          ],
        },
      ],
    }),
    400,
    { code: 'unsupported_parameter', param: 'messages.0.content.1', message: /an image .* text only/ },
  ],
  [
    'an unknown role',
    chatBody({ messages: [{ role: 'function', content: 'x' }] }),
    400,
    { param: 'messages.0.role' },
  ],
  ['a high temperature', chatBody({ temperature: 3 }), 400, { param: 'temperature', message: /at most 2/ }],
  ['a negative length', chatBody({ max_tokens: -1 }), 400, { param: 'max_tokens', message: /at least 1/ }],
  ['two lengths', chatBody({ max_tokens: 5, max_completion_tokens: 6 }), 400, { param: 'max_tokens' }],
  [
    'stream_options without stream',
    chatBody({ stream_options: { include_usage: true } }),
    400,
    { param: 'stream_options' },
  ],
  ['tools', chatBody({ tools: [{}] }), 400, { code: 'unsupported_parameter', param: 'tools' }],
  [
    'an unknown parameter',
    chatBody({ temprature: 1 }),
    400,
    { code: 'unsupported_parameter', param: 'temprature' },
  ],
  [
    'a __proto__ key',
    '{"__proto__": {"lenient": true}, "model": "tiny"}',
    400,
    { type: 'invalid_request_error' },
  ],
  ['too many choices', chatBody({ n: 129 }), 400, { param: 'n' }],
  [
    'a long prompt',
    chatBody({ messages: [{ role: 'user', content: longPrompt }] }),
    400,
    { code: 'context_length_exceeded', n_prompt_tokens: 80, n_ctx: 64 },
  ],
  ['deep nesting', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, 400, { type: 'invalid_request_error' }],
])('refuses %s', async (_name, payload, status, expected) => {
  const response = await post({}, payload)
  const { error } = response.json()
  expect(Object.keys(error)).toEqual(expect.arrayContaining(['message', 'type', 'param', 'code']))
  const patterns = Object.entries(expected).map(([key, value]) => [
    key,
    value instanceof RegExp ? expect.stringMatching(value) : value,
  ])
  expect([response.statusCode, error]).toEqual([
    status,
    expect.objectContaining({ type: 'invalid_request_error', ...Object.fromEntries(patterns) }),
  ])
})

test('a body over the limit is 413 and names the limit', async () => {
  const response = await post({ settings: { bodyLimitBytes: 100 } }, chatBody({ user: 'x'.repeat(200) }))
  expect([response.statusCode, response.json().error]).toEqual([
    413,
    expect.objectContaining({
      code: 'payload_too_large',
      limit_bytes: 100,
      message: expect.stringContaining('100 bytes'),
    }),
  ])
})

test.each(['application/x-www-form-urlencoded', 'text/plain'])(
  'a body of type %s is 415 and says what to send',
  async (type) => {
    const response = await post({}, '{}', undefined, { 'content-type': type })
    expect([response.statusCode, response.json().error]).toEqual([
      415,
      expect.objectContaining({
        code: 'unsupported_media_type',
        message: expect.stringContaining("-H 'content-type: application/json'"),
      }),
    ])
  },
)

test('a compressed body is refused, not misread', async () => {
  const response = await post({}, 'x', undefined, { 'content-encoding': 'gzip' })
  expect(response.statusCode).toBe(415)
})

test('an unknown path is 404, a wrong method 405 with Allow', async () => {
  const { app } = openGateway()
  const unknown = await app.inject('/v1/nothing')
  expect([unknown.statusCode, unknown.json().error.code]).toEqual([404, 'not_found'])
  const wrong = await app.inject('/v1/chat/completions')
  expect([wrong.statusCode, wrong.headers.allow, wrong.json().error.code]).toEqual([
    405,
    'POST',
    'method_not_allowed',
  ])
  const models = await app.inject({ method: 'DELETE', url: '/v1/models/org/tiny' })
  expect([models.statusCode, models.headers.allow]).toEqual([405, 'GET, HEAD'])
  expect((await app.inject('/%ff')).json().error.type).toBe('invalid_request_error')
})

test('lenient: unknown parameters are ignored and named in a header', async () => {
  const body = chatBody({ cache_prompt: true, messages: [{ role: 'user', content: 'x', mood: 'good' }] })
  const response = await post({ settings: { lenient: true } }, body)
  expect([response.statusCode, response.headers['x-sluice-ignored-parameters']]).toEqual([
    200,
    'messages.0.mood, cache_prompt',
  ])
  const known = await post({ settings: { lenient: true } }, chatBody({ tools: [{}], x: 1 }))
  expect([known.statusCode, known.json().error.param]).toEqual([400, 'tools'])
})

test('x-request-id comes back, or a new one where it cannot', async () => {
  const { app } = openGateway()
  const own = await app.inject({ url: '/live', headers: { 'x-request-id': 'abc-1' } })
  expect(own.headers['x-request-id']).toBe('abc-1')
  for (const bad of ['a b', 'x'.repeat(129)]) {
    const response = await app.inject({ url: '/live', headers: { 'x-request-id': bad } })
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  }
})

test('a foreign host or origin is refused', async () => {
  const { app } = openGateway({ settings: { allowedHosts: ['llm.lan'] } })
  const host = await app.inject({ url: '/v1/models', headers: { host: 'evil.example:8080' } })
  expect([host.statusCode, host.json().error.code]).toEqual([403, 'host_not_allowed'])
  expect((await app.inject({ url: '/v1/models', headers: { host: 'llm.lan' } })).statusCode).toBe(200)
  const origin = await app.inject({
    method: 'POST',
    url: '/v1/chat/completions',
    headers: { origin: 'https://evil.example' },
    payload: chatBody(),
  })
  expect([origin.statusCode, origin.json().error.code]).toEqual([403, 'origin_not_allowed'])
  expect(origin.headers['access-control-allow-origin']).toBeUndefined()
})

test('whatever a parameter is called, it can be named', async () => {
  const odd = `"\\ud800 \\r\\n€":1`
  const response = await post(
    { settings: { lenient: true } },
    JSON.stringify(chatBody()).replace('{', `{${odd},`),
  )
  expect([response.statusCode, response.headers['x-sluice-ignored-parameters']]).toEqual([
    200,
    '%EF%BF%BD%20%0D%0A%E2%82%AC',
  ])
  const long = await post({}, chatBody({ ['k'.repeat(10_000)]: 1 }))
  expect([long.statusCode, long.json().error.param.length, long.body.length < 1000]).toEqual([400, 200, true])
})
