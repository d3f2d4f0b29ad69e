import { expect, test } from 'vitest'
import { chatBody, openGateway } from './open-gateway.test-kit.ts'

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

test('a refusal because of load is no failure', async () => {
  const { app, lines } = openGateway({ state: () => 'draining' })
  await app.inject({ method: 'POST', url: '/v1/chat/completions', payload: chatBody() })
  expect(lines).toEqual([
    expect.objectContaining({ event: 'request', status: 503, error: 'draining', level: 30 }),
  ])
})
