import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { sendRaw } from './http-client.test-kit.ts'
import { createGate } from './gate.test-kit.ts'
import { openGateway, streamed } from './open-gateway.test-kit.ts'

test.each([
  ['bytes that are not HTTP', 'BLAH BLAH\r\n\r\n', 400, 'invalid_request'],
  ['a request without a host', 'GET /live HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'invalid_request'],
  [
    'headers that are too large',
    `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
    431,
    'headers_too_large',
  ],
  [
    'garbage behind a request',
    'GET /live HTTP/1.1\r\nhost: localhost\r\n\r\n\u0001\u0002garbage\r\n\r\n',
    400,
    'invalid_request',
  ],
])('%s get a clean answer in the same shape', async (_name, bytes, status, code) => {
  const { listen } = openGateway()
  const { port } = await listen()
  const answer = await sendRaw(port, bytes)
  const last = answer.slice(answer.lastIndexOf('HTTP/1.1 4'))
  expect(last).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(JSON.parse(last.slice(last.indexOf('\r\n\r\n')))).toMatchObject({ error: { code, param: null } })
})

test('a request that does not arrive in time is 408', async () => {
  const { listen } = openGateway({ settings: { readTimeoutMs: 100 } })
  const { port } = await listen()
  const answer = await sendRaw(
    port,
    'POST /v1/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
  )
  expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  expect(answer).toContain('"code":"request_timeout"')
})

test('a client that sends far too much reads why it was refused', async () => {
  const { listen } = openGateway()
  const { origin } = await listen()
  for (let attempt = 0; attempt < 5; attempt++) {
    const response = await fetch(`${origin}/v1/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: 'x'.repeat(20 * 1024 * 1024),
    })
    expect([response.status, await response.json()]).toMatchObject([
      413,
      { error: { code: 'payload_too_large' } },
    ])
  }
})

test('garbage in the middle of a stream cuts it, and does not write into it', async () => {
  const gate = createGate()
  const { listen, engine } = openGateway({ script: { step: gate.step } })
  const { port } = await listen()
  const body = JSON.stringify(streamed())
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk))
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  gate.let(1)
  await expect.poll(() => answer).toContain('Hello')
  socket.write('\u0001garbage\r\n\r\n')
  await once(socket, 'close')
  expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1)
  expect(answer).not.toContain('[DONE]')
  await expect.poll(() => engine.seen.running).toBe(0)
})
