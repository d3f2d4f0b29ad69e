import { createServer, type AddressInfo } from 'node:net'
import { Pool } from 'undici'
import { afterEach, expect, test } from 'vitest'
import { chat } from '../endpoints/chat.ts'
import type { Attempt } from './attempt.ts'
import {
  doneEvent,
  event,
  finishEvent,
  goodStream,
  roleEvent,
  startOddServer,
  startStream,
  textEvent,
  usageEvent,
  writeAlone,
  type OddAnswer,
  type OddServer,
} from './odd-server.test-kit.ts'
import { sendRequest, type RequestPlan } from './request.ts'
import { createTimeline } from './timeline.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

const connect = (url: string): Pool => {
  const pool = new Pool(new URL(url).origin, { connections: 1 })
  closing.push(() => pool.destroy())
  return pool
}
const serve = async (answer: OddAnswer): Promise<{ server: OddServer; pool: Pool }> => {
  const server = await startOddServer(answer)
  closing.push(() => server.close())
  return { server, pool: connect(server.url) }
}
const planOf = (plan: Partial<RequestPlan> = {}): RequestPlan => ({
  endpoint: chat,
  path: '/v1/chat/completions',
  headers: { 'content-type': 'application/json' },
  body: '{"messages":[]}',
  stream: true,
  timeoutMs: 20_000,
  signal: new AbortController().signal,
  timeline: createTimeline(),
  live: { contentEvents: 0, firstOutputs: 0, firstOutputMs: 0 },
  opened: () => 0,
  ...plan,
})
const ask = async (answer: OddAnswer, plan: Partial<RequestPlan> = {}): Promise<Attempt> => {
  const { pool } = await serve(answer)
  return sendRequest(pool, planOf(plan))
}

test('a good stream: counts, usage and the order of its times', async () => {
  const attempt = await ask(async (response) => {
    startStream(response)
    await writeAlone(response, roleEvent)
    for (let token = 0; token < 5; token += 1) await writeAlone(response, textEvent('word '))
    response.end(finishEvent('length') + usageEvent(12, 5, 8) + doneEvent)
  })
  expect(attempt.failure).toBeUndefined()
  expect(attempt.reply).toMatchObject({
    contentEvents: 5,
    finishReason: 'length',
    usage: { promptTokens: 12, outputTokens: 5, cachedTokens: 8 },
  })
  const { startedAt, endedAt, timeline } = attempt
  const times = [startedAt, timeline.first, timeline.last, endedAt]
  expect(times.toSorted((left, right) => left - right)).toEqual(times)
})

test('the clock starts at the write over an open connection, and at the call where one must be made', async () => {
  const { pool, server } = await serve((response) => startStream(response).end(goodStream(1)))
  let opened = 0
  pool.on('connect', () => (opened += 1))
  let releasedAt = 0
  // Stands for undici's own look at the connection, and for whatever else comes before the write.
  const held = pool.compose((dispatch) => (options, handler) => {
    const goOn = (): void => void dispatch(options, handler)
    setImmediate(() => {
      releasedAt = performance.now()
      goOn()
    })
    return true
  })
  const send = (): Promise<Attempt> => sendRequest(held, planOf({ opened: () => opened }))
  const calledAt = performance.now()
  const first = await send()
  expect(first.startedAt).toBeGreaterThanOrEqual(calledAt)
  expect(first.startedAt).toBeLessThan(releasedAt)
  const second = await send()
  expect(second.startedAt).toBeGreaterThanOrEqual(releasedAt)
  expect([opened, server.requests.length]).toEqual([1, 2])
})

test('every event in one write, and every byte in a write of its own, count the same', async () => {
  const whole = await ask((response) => startStream(response).end(goodStream(4)))
  const bytes = await ask(async (response) => {
    startStream(response)
    for (const byte of Buffer.from(goodStream(4))) await writeAlone(response, Uint8Array.of(byte))
    response.end()
  })
  for (const { failure, reply } of [whole, bytes]) {
    expect(failure).toBeUndefined()
    expect(reply).toMatchObject({ contentEvents: 4, usage: { outputTokens: 4 } })
  }
})

test('the connection is used again after a stream', async () => {
  const { server, pool } = await serve((response) => startStream(response).end(goodStream(2)))
  for (let round = 0; round < 5; round += 1) await sendRequest(pool, planOf())
  expect(server.requests).toHaveLength(5)
  expect(server.connections()).toBe(1)
})

const json = (status: number, body: unknown): OddAnswer => {
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
test.each<[string, OddAnswer, string, string]>([
  ['429 with an OpenAI error', json(429, { error: { message: 'the queue is full' } }), 'http_429', 'the queue is full'],
  ['422 with a list of details', json(422, { detail: [{ msg: 'extra' }] }), 'http_422', 'extra'],
  ['500 with plain text', (response) => response.writeHead(500).end('Oops'), 'http_500', 'Oops'],
  ['503 without a body', (response) => response.writeHead(503).end(), 'http_503', 'without a body'],
  ['a status that is not 200', (response) => response.writeHead(204).end(), 'http_204', 'without a body'],
  ['JSON where a stream was asked for', json(200, { choices: [] }), 'invalid_response', 'application/json'],
  ['an error inside a 200', (response) => startStream(response).end(event({ error: { message: 'broke' } })), 'stream_error', 'broke'],
  ['a stream cut by its end', (response) => startStream(response).end(textEvent('a')), 'truncated', 'without [DONE]'],
  ['a stream without output', (response) => startStream(response).end(roleEvent + doneEvent), 'empty', 'without any output'],
  ['a reset before the headers', (response) => response.socket?.resetAndDestroy(), 'reset', 'before any answer'],
  ['a close after the headers', async (response) => {
    await writeAlone(startStream(response), roleEvent)
    response.socket?.destroy()
  }, 'truncated', 'before any output'],
  ['a close in the middle', async (response) => {
    await writeAlone(startStream(response), textEvent('a'))
    response.socket?.destroy()
  }, 'truncated', 'in the middle'],
])('%s', async (_, answer, kind, message) => {
  const { failure } = await ask(answer)
  expect(failure).toEqual({ kind, message: expect.stringContaining(message) })
}) // prettier-ignore

test('an answer that was whole when its connection broke is a success', async () => {
  const attempt = await ask(async (response) => {
    await writeAlone(startStream(response), textEvent('a') + finishEvent() + doneEvent)
    response.socket?.destroy()
  })
  expect(attempt).toMatchObject({ failure: undefined, reply: { contentEvents: 1 } })
})

test.each<[string, OddAnswer, string]>([
  ['never answers', () => {}, 'without an answer'],
  [
    'sends headers and then nothing',
    (response) => startStream(response).flushHeaders(),
    'without any output',
  ],
  [
    'stops after some output',
    (response) => void startStream(response).write(textEvent('a')),
    'after 1 piece of',
  ],
])('a server that %s runs into the timeout', async (_, answer, message) => {
  const { failure } = await ask(answer, { timeoutMs: 300 })
  expect(failure).toEqual({ kind: 'timeout', message: expect.stringContaining(message) })
})

test('a line that never ends is refused, not stored', async () => {
  const attempt = await ask((response) => {
    startStream(response)
    const flood = Buffer.alloc(1024 * 1024, 'x')
    const pour = (): void => {
      while (!response.destroyed && response.write(flood));
      if (!response.destroyed) response.once('drain', pour)
    }
    pour()
  })
  expect(attempt.failure).toMatchObject({
    kind: 'invalid_response',
    message: expect.stringContaining('more than'),
  })
})

test('giving up ends a request as cancelled, before and while it is answered', async () => {
  const controller = new AbortController()
  const { pool } = await serve((response) => {
    startStream(response).write(textEvent('a'))
    controller.abort()
  })
  expect((await sendRequest(pool, planOf({ signal: controller.signal }))).failure?.kind).toBe('cancelled')
  expect((await sendRequest(pool, planOf({ signal: controller.signal }))).failure?.kind).toBe('cancelled')
})

test('nobody listening is a connect failure', async () => {
  const placeholder = createServer()
  await new Promise<void>((resolve) => placeholder.listen(0, '127.0.0.1', resolve))
  const { port } = placeholder.address() as AddressInfo
  await new Promise((resolve) => placeholder.close(resolve))
  const { failure } = await sendRequest(connect(`http://127.0.0.1:${port}`), planOf())
  expect(failure).toEqual({ kind: 'connect', message: expect.stringContaining('ECONNREFUSED') })
})

test('bytes that are not HTTP are an invalid response', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.resume()
    socket.end('hello, who is there?\r\n\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => server.close(resolve)))
  const { port } = server.address() as AddressInfo
  const { failure } = await sendRequest(connect(`http://127.0.0.1:${port}`), planOf())
  expect(failure?.kind).toBe('invalid_response')
})

const answerOf = (message: object, usage?: object) => ({
  choices: [{ message, finish_reason: 'stop' }],
  usage,
})
test('an answer in one piece has usage and no times of output', async () => {
  const usage = { prompt_tokens: 3, completion_tokens: 9 }
  const attempt = await ask(json(200, answerOf({ content: 'hello' }, usage)), { stream: false })
  expect(attempt.failure).toBeUndefined()
  expect(attempt.timeline.reads).toBe(0)
  expect(attempt.reply.usage).toMatchObject({ promptTokens: 3, outputTokens: 9 })
})

test('an answer in one piece whose first token was the end of text is a success', async () => {
  const attempt = await ask(json(200, answerOf({ content: '' }, { completion_tokens: 1 })), { stream: false })
  expect(attempt).toMatchObject({ failure: undefined, reply: { isEmpty: true, usage: { outputTokens: 1 } } })
})

test.each<[string, OddAnswer, string]>([
  ['not JSON', (response) => response.end('<html>'), 'invalid_response'],
  ['an error with status 200', json(200, { error: { message: 'broke' } }), 'stream_error'],
  ['no output and no usage', json(200, answerOf({ content: '' })), 'empty'],
  ['tokens without output', json(200, answerOf({ content: '' }, { completion_tokens: 2 })), 'empty'],
  ['a stream', (response) => startStream(response).end(goodStream(1)), 'invalid_response'],
])('an answer in one piece that is %s fails', async (_, answer, kind) => {
  expect((await ask(answer, { stream: false })).failure?.kind).toBe(kind)
})

test('events that come in one read have one time, though each is a transfer chunk of its own', async () => {
  const attempt = await ask((response) => {
    startStream(response)
    const socket = response.socket!
    socket.cork()
    response.write(roleEvent)
    for (let token = 0; token < 20; token += 1) response.write(textEvent('word '))
    response.end(finishEvent() + usageEvent(1, 20) + doneEvent)
    socket.uncork()
  })
  expect(attempt).toMatchObject({ failure: undefined, reply: { contentEvents: 20 } })
  expect(attempt.timeline.reads).toBe(1)
  expect(attempt.timeline.last).toBe(attempt.timeline.first)
})
