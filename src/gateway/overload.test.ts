import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { chatBody, openGateway, post } from './open-gateway.test-kit.ts'

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

test('request_timeout ends a long answer with 504', async () => {
  const response = await post(
    { settings: { requestTimeoutMs: 5 }, script: { step: () => new Promise(() => {}) } },
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
