import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { chatBody, openGateway, type OpenOptions } from './open-gateway.test-kit.ts'

const post = (
  options: OpenOptions,
  payload: unknown,
  path = '/v1/chat/completions',
  headers: Record<string, string> = {},
) =>
  openGateway(options).app.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
  })

test('answers a chat request', async () => {
  const response = await post({}, chatBody())
  expect(response.statusCode).toBe(200)
  expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
  expect(response.json()).toEqual({
    id: expect.stringMatching(/^chatcmpl-[0-9a-f]{32}$/),
    object: 'chat.completion',
    created: expect.any(Number),
    model: 'tiny',
    system_fingerprint: 'fp_sluice',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'Hello wörld', refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: {
      prompt_tokens: 2,
      completion_tokens: 2,
      total_tokens: 4,
      prompt_tokens_details: { cached_tokens: 1 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
    timings: {
      queue_ms: expect.any(Number),
      cache_n: 1,
      prompt_n: 1,
      prompt_ms: 2,
      prompt_per_second: 500,
      predicted_n: 2,
      predicted_ms: 4,
      predicted_per_second: 500,
    },
  })
})

test('a choice of its own for each n, counted once for the prompt', async () => {
  const response = await post(
    { script: { pieces: (choice) => ['answer ', String(choice)] } },
    chatBody({ n: 3 }),
  )
  const body = response.json()
  expect(body.choices.map((choice: { index: number }) => choice.index)).toEqual([0, 1, 2])
  expect(body.choices.map((choice: { message: { content: string } }) => choice.message.content)).toEqual([
    'answer 0',
    'answer 1',
    'answer 2',
  ])
  expect(body.usage).toMatchObject({ prompt_tokens: 2, completion_tokens: 6, total_tokens: 8 })
})

test('completes several prompts with several choices, echo included', async () => {
  const body = { model: 'org/tiny', prompt: ['one two', 'three'], n: 2, echo: true }
  const response = await post({ script: { pieces: (choice) => [` +${choice}`] } }, body, '/v1/completions')
  expect(response.statusCode).toBe(200)
  const answer = response.json()
  expect(answer.object).toBe('text_completion')
  expect(answer.model).toBe('tiny')
  expect(
    answer.choices.map((choice: { text: string; index: number }) => [choice.index, choice.text]),
  ).toEqual([
    [0, 'one two +0'],
    [1, 'one two +1'],
    [2, 'three +0'],
    [3, 'three +1'],
  ])
  expect(answer.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 4 })
})

test('echoes a prompt of tokens as text', async () => {
  const body = { model: 'tiny', prompt: [[72, 105], [72]], echo: true }
  const response = await post({ script: { pieces: () => ['!'] } }, body, '/v1/completions')
  expect(response.json().choices.map((choice: { text: string }) => choice.text)).toEqual(['Hi!', 'H!'])
})

test('lists models, and finds one by any spelling of its name', async () => {
  const { app } = openGateway()
  const list = (await app.inject('/v1/models')).json()
  expect(list).toEqual({
    object: 'list',
    data: [
      {
        id: 'tiny',
        object: 'model',
        created: 1_700_000_000,
        owned_by: 'sluice',
        aliases: ['org/tiny'],
        status: { value: 'loaded' },
        architecture: { name: 'scripted', input_modalities: ['text'], output_modalities: ['text'] },
        meta: {
          n_ctx: 64,
          n_ctx_train: 128,
          n_vocab: 256,
          n_params: 1000,
          size: 4096,
          quantization: 'Q8_0',
          n_slots: 2,
        },
      },
    ],
  })
  for (const path of ['/v1/models/tiny', '/v1/models/org/tiny', '/v1/models/org%2Ftiny']) {
    expect((await app.inject(path)).json()).toEqual(list.data[0])
  }
  const missing = await app.inject('/v1/models/org/other')
  expect(missing.statusCode).toBe(404)
  expect(missing.json().error).toMatchObject({
    type: 'invalid_request_error',
    code: 'model_not_found',
    param: 'model',
  })
})

test.each([
  ['ready', 200],
  ['starting', 503],
  ['draining', 503],
] as const)('while %s, health answers %i and live 200', async (state, status) => {
  const { app } = openGateway({ state: () => state })
  for (const path of ['/health', '/healthz', '/ready', '/health/ready']) {
    const response = await app.inject(path)
    expect([path, response.statusCode, response.json().status]).toEqual([path, status, state])
    const head = await app.inject({ method: 'HEAD', url: path })
    expect([head.statusCode, head.body]).toEqual([status, ''])
  }
  for (const path of ['/live', '/health/live', '/']) expect((await app.inject(path)).statusCode).toBe(200)
  expect((await app.inject('/health')).json()).toEqual({
    status: state,
    version: '0.0.1',
    uptime_s: expect.any(Number),
    models_loaded: ['tiny'],
  })
})

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

test('a full queue is 429 with both Retry-After headers', async () => {
  const hold = Promise.withResolvers<void>()
  const { app, admission } = openGateway({ slots: 1, queue: 0, script: { step: () => hold.promise } })
  const first = app.inject({ method: 'POST', url: '/v1/chat/completions', payload: chatBody() })
  await expect.poll(() => admission.status().running).toBe(1)
  const second = await app.inject({
    method: 'POST',
    url: '/v1/chat/completions',
    payload: chatBody({ stream: true }),
  })
  expect([second.statusCode, second.json().error.type, second.json().error.code]).toEqual([
    429,
    'rate_limit_error',
    'queue_full',
  ])
  expect([second.headers['retry-after'], second.headers['retry-after-ms']]).toEqual(['2', '2000'])
  hold.resolve()
  expect((await first).statusCode).toBe(200)
  expect(admission.status().running).toBe(0)
})

test('the longest wait ends with 503 and Retry-After', async () => {
  const hold = Promise.withResolvers<void>()
  const { app, admission } = openGateway({ slots: 1, maxWaitMs: 5, script: { step: () => hold.promise } })
  const first = app.inject({ method: 'POST', url: '/v1/chat/completions', payload: chatBody() })
  await expect.poll(() => admission.status().running).toBe(1)
  const second = await app.inject({ method: 'POST', url: '/v1/chat/completions', payload: chatBody() })
  expect([second.statusCode, second.json().error.code, second.headers['retry-after']]).toEqual([
    503,
    'overloaded',
    '2',
  ])
  hold.resolve()
  await first
})

test('while draining, generations are refused and the connection closes', async () => {
  const { app } = openGateway({ state: () => 'draining' })
  const response = await app.inject({ method: 'POST', url: '/v1/chat/completions', payload: chatBody() })
  expect([response.statusCode, response.json().error.code]).toEqual([503, 'draining'])
  expect([response.headers['retry-after'], response.headers.connection]).toEqual(['5', 'close'])
})

test('an engine that fails or stops early is an error, never a short answer, and gives its place back', async () => {
  const broken = openGateway({ script: { step: () => Promise.reject(new Error('secret detail')) } })
  const failed = await broken.app.inject({
    method: 'POST',
    url: '/v1/chat/completions',
    payload: chatBody({ n: 2 }),
  })
  expect([failed.statusCode, failed.json().error.code]).toEqual([500, 'internal_error'])
  expect(failed.body).not.toContain('secret')
  expect(broken.admission.status().running).toBe(0)
  const cut = openGateway({ script: { cut: true } })
  const short = await cut.app.inject({ method: 'POST', url: '/v1/chat/completions', payload: chatBody() })
  expect([short.statusCode, short.json().error.code]).toEqual([502, 'engine_failed'])
})

test('write_timeout ends a long answer with 504', async () => {
  const response = await post(
    { settings: { writeTimeoutMs: 5 }, script: { step: () => new Promise(() => {}) } },
    chatBody(),
  )
  expect([response.statusCode, response.json().error.code]).toEqual([504, 'timeout'])
})

test('the end of the drain time ends what runs', async () => {
  const shutdown = new AbortController()
  const { app, engine } = openGateway({
    shutdown: shutdown.signal,
    script: { step: () => new Promise(() => {}) },
  })
  const running = app.inject({ method: 'POST', url: '/v1/chat/completions', payload: chatBody() })
  await expect.poll(() => engine.seen.running).toBe(1)
  shutdown.abort()
  const response = await running
  expect([response.statusCode, response.json().error.code, engine.seen.running]).toEqual([503, 'draining', 0])
})

test('memory that is not there is not tried again', async () => {
  const load = () => Promise.reject(new AppError('insufficient_memory', 'the model needs 9 GB'))
  const response = await post({ load }, chatBody())
  expect([response.statusCode, response.headers['x-should-retry']]).toEqual([507, 'false'])
})

test('the log has one line per request, without a word of prompt or answer', async () => {
  const { app, lines } = openGateway()
  await app.inject({
    method: 'POST',
    url: '/v1/chat/completions?key=hidden',
    headers: { 'x-request-id': 'r1' },
    payload: chatBody(),
  })
  await app.inject({ method: 'POST', url: '/v1/chat/completions', payload: chatBody({ n: 'Hi there' }) })
  const requests = lines.filter((line) => line.event === 'request')
  expect(requests[0]).toMatchObject({
    request_id: 'r1',
    method: 'POST',
    path: '/v1/chat/completions',
    status: 200,
    model: 'tiny',
    prompt_tokens: 2,
    completion_tokens: 2,
    finish: 'stop',
    ms: expect.any(Number),
    ttft_ms: expect.any(Number),
  })
  expect(requests[1]).toMatchObject({ status: 400, error: 'invalid_request' })
  expect(JSON.stringify(lines)).not.toMatch(/Hi there|Hello|hidden/)
})

test('a failure of ours is logged with its stack', async () => {
  const { app, lines } = openGateway({
    script: { step: () => Promise.reject(new Error('the disk is gone')) },
  })
  await app.inject({ method: 'POST', url: '/v1/chat/completions', payload: chatBody() })
  const [failure] = lines.filter((line) => line.event === 'request.failed')
  expect(failure).toMatchObject({
    level: 50,
    err: { message: 'the disk is gone', stack: expect.stringContaining('Error') },
  })
})
