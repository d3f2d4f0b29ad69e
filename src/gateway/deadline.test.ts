import { expect, test } from 'vitest'
import { chatBody, openGateway, post, streamed } from './open-gateway.test-kit.ts'

const never = () => new Promise<never>(() => {})
const hang = { step: never }

test.each([
  ['the load', { load: never }, 'it had not reached its model yet'],
  ['the first text', { script: hang }, 'no text had come yet'],
])('one deadline covers %s', async (_, options, words) => {
  const response = await post({ ...options, settings: { requestTimeoutMs: 400 } }, chatBody())
  expect([response.statusCode, response.json().error.code]).toEqual([504, 'timeout'])
  expect(response.json().error.message).toBe(
    `the request took longer than 0.4 s, which is request_timeout; ${words}`,
  )
  expect(response.headers['x-should-retry']).toBe('false')
})

test('one deadline covers the queue', async () => {
  const hold = Promise.withResolvers<void>()
  const { app, admission } = openGateway({ slots: 1, script: { step: () => hold.promise } })
  const request = { method: 'POST' as const, url: '/v1/chat/completions', payload: chatBody() }
  const first = app.inject(request)
  await expect.poll(() => admission.status().running).toBe(1)
  const late = await app.inject({ ...request, headers: { 'x-request-timeout-ms': '400' } })
  expect(late.statusCode).toBe(504)
  expect(late.json().error.message).toContain('it was still waiting in the queue, at place 1')
  expect(admission.status().waiting).toBe(0)
  hold.resolve()
  expect((await first).statusCode).toBe(200)
})

test('engines learn of the deadline', async () => {
  const { app, engine } = openGateway({ settings: { requestTimeoutMs: 60_000 } })
  const before = performance.now()
  await app.inject({ method: 'POST', url: '/v1/chat/completions', payload: chatBody() })
  const [{ deadline }] = engine.seen.requests as [{ deadline: number }]
  expect(deadline).toBeGreaterThanOrEqual(before + 60_000)
  expect(deadline).toBeLessThanOrEqual(performance.now() + 60_000)
})

test.each<[Record<string, string>, string | undefined]>([
  [{ 'x-request-timeout-ms': '20' }, 'x-request-timeout-ms'],
  [{ 'x-envoy-expected-rq-timeout-ms': '20' }, 'x-envoy-expected-rq-timeout-ms'],
  [{ 'x-stainless-timeout': '0.02' }, 'x-stainless-timeout'],
  [{ 'x-request-timeout-ms': '60000' }, 'request_timeout'],
  [{ 'x-stainless-timeout': 'soon', 'x-envoy-expected-rq-timeout-ms': '0' }, 'request_timeout'],
])('callers may shorten it: %j', async (headers, timeout) => {
  const options = { settings: { requestTimeoutMs: 100 }, script: hang }
  const response = await post(options, chatBody(), '/v1/chat/completions', headers)
  expect(response.statusCode).toBe(504)
  expect(response.json().error).toMatchObject({ timeout, message: expect.stringContaining(timeout!) })
})

test.each(['0', '-5', '1.5', 'soon', ''])('x-request-timeout-ms "%s" is refused by name', async (value) => {
  const response = await post({}, chatBody(), '/v1/chat/completions', { 'x-request-timeout-ms': value })
  expect(response.statusCode).toBe(400)
  expect(response.json().error).toMatchObject({ param: 'x-request-timeout-ms' })
})

test("a client library's timeout is for the beginning of a streamed answer, so it does not end one", async () => {
  const seconds = 0.4
  // Its second text comes when the client's time is over; the first is there long before.
  const script = {
    step: (step: number) =>
      step === 1 ? new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000)) : undefined,
  }
  const response = await post({ script }, streamed(), '/v1/chat/completions', {
    'x-stainless-timeout': String(seconds),
  })
  expect(response.statusCode).toBe(200)
  expect(response.body).toContain('[DONE]')
})

test('a stream that has begun ends with an error event and without [DONE]', async () => {
  const script = { step: (step: number) => (step === 0 ? undefined : never()) }
  const response = await post({ settings: { requestTimeoutMs: 400 }, script }, streamed())
  expect(response.statusCode).toBe(200)
  expect(response.body).toContain('"code":"timeout"')
  expect(response.body).toContain('mid-answer')
  expect(response.body).not.toContain('[DONE]')
})

test('embeddings have the same deadline', async () => {
  const { app } = openGateway({ load: never, settings: { requestTimeoutMs: 20 } })
  const response = await app.inject({
    method: 'POST',
    url: '/v1/embeddings',
    payload: { model: 'tiny', input: 'hi' },
  })
  expect([response.statusCode, response.json().error.timeout]).toEqual([504, 'request_timeout'])
})

test('load_timeout bounds the wait for a model; the load itself is not stopped by it', async () => {
  let left: unknown
  const load = (_report: unknown, signal: AbortSignal) =>
    new Promise<void>((_, fail) => {
      signal.addEventListener('abort', () => {
        left = signal.reason
        fail(new Error('the caller went away'))
      })
    })
  const response = await post({ load, settings: { loadTimeoutMs: 20 } }, chatBody())
  expect(response.statusCode).toBe(504)
  expect(response.json().error).toMatchObject({
    timeout: 'load_timeout',
    message: expect.stringContaining('tiny is still loading after 0.02 s, which is load_timeout'),
  })
  expect(response.headers['retry-after']).toBe('10')
  expect(response.headers['x-should-retry'], 'trying again later is what helps').toBeUndefined()
  expect(left).toMatchObject({ code: 'timeout' })
})
