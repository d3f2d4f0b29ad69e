import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { createGate } from './gate.test-kit.ts'
import { openAnswer, parseEvents } from './http-client.test-kit.ts'
import { openGateway, streamed } from './open-gateway.test-kit.ts'

test('a failure before the first byte has its own status, streamed or not', async () => {
  const step = () => Promise.reject(new AppError('engine_failed', 'the engine died'))
  const { listen } = openGateway({ script: { step } })
  const { port } = await listen()
  const answer = await openAnswer(port, streamed())
  expect(answer.response.statusCode).toBe(502)
  expect(answer.response.headers['content-type']).toBe('application/json; charset=utf-8')
  expect(JSON.parse(await answer.ended)).toMatchObject({
    error: { code: 'engine_failed', type: 'server_error' },
  })
  const tooLong = await openAnswer(port, streamed({ messages: [{ role: 'user', content: 'a '.repeat(90) }] }))
  expect(tooLong.response.statusCode).toBe(400)
  expect((await openAnswer(port, streamed({ model: 'nope' }))).response.statusCode).toBe(404)
})

test('a failure in mid-stream is an error event without [DONE], and the connection closes', async () => {
  const gate = createGate()
  const step = async (index: number) => {
    await gate.step()
    if (index === 1) throw new AppError('engine_failed', 'the engine died')
  }
  const { listen, admission, lines } = openGateway({ script: { step } })
  const { port } = await listen()
  gate.let(1)
  const answer = await openAnswer(port, streamed())
  await expect.poll(answer.text).toContain('Hello')
  gate.let(1)
  const text = await answer.ended
  expect(parseEvents(text).at(-1)).toEqual({
    error: { message: 'the engine died', type: 'server_error', param: null, code: 'engine_failed' },
  })
  expect(text).not.toContain('[DONE]')
  expect(text).not.toContain('"finish_reason":"stop"')
  expect(answer.response.complete).toBe(true)
  await expect.poll(() => answer.response.socket.destroyed).toBe(true)
  expect(admission.status().running).toBe(0)
  expect(lines).toContainEqual(
    expect.objectContaining({ event: 'request', status: 200, error: 'engine_failed' }),
  )
})

test('after a comment, a failure can only be an event', async () => {
  const fail = Promise.withResolvers<void>()
  const { listen } = openGateway({ settings: { keepAliveMs: 5 }, load: () => fail.promise })
  const { port } = await listen()
  const answer = await openAnswer(port, streamed())
  fail.reject(new AppError('invalid_model', 'the file is broken'))
  const text = await answer.ended
  expect(parseEvents(text)).toEqual([{ error: expect.objectContaining({ code: 'invalid_model' }) }])
  expect(text).not.toContain('[DONE]')
})

test('the end of the drain time ends a stream with an error event', async () => {
  const gate = createGate()
  const shutdown = new AbortController()
  const { listen } = openGateway({ shutdown: shutdown.signal, script: { step: gate.step } })
  const { port } = await listen()
  gate.let(1)
  const answer = await openAnswer(port, streamed())
  await expect.poll(answer.text).toContain('Hello')
  shutdown.abort()
  const text = await answer.ended
  expect(parseEvents(text).at(-1)).toMatchObject({ error: { code: 'draining' } })
  expect(text).not.toContain('[DONE]')
})
