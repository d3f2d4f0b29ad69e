import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import type { Protocol } from '../protocols/protocol.ts'
import { openAnswer, parseEvents, send, sendRaw } from './http-client.test-kit.ts'
import { chatBody, openGateway } from './open-gateway.test-kit.ts'

const streamed = (extra: object = {}) => chatBody({ stream: true, ...extra })
type Chunk = {
  choices: { index: number; delta: { content?: string; role?: string }; finish_reason: string | null }[]
  usage?: unknown
}

/** Lets the engine go on one event at a time. */
function createGate() {
  let open = Promise.withResolvers<void>()
  let passes = 0
  return {
    step: async () => {
      while (passes === 0) await open.promise
      passes -= 1
    },
    let(count: number) {
      passes += count
      open.resolve()
      open = Promise.withResolvers()
    },
  }
}

test('a chat stream, byte for byte', async () => {
  const { listen } = openGateway()
  const { port } = await listen()
  const answer = await openAnswer(port, streamed({ stream_options: { include_usage: true } }))
  const text = await answer.ended
  const { id, created } = parseEvents<{ id: string; created: number }>(text)[0]!
  const head = `{"id":"${id}","object":"chat.completion.chunk","created":${created},"model":"tiny","system_fingerprint":"fp_sluice","choices":[`
  const rest = '"logprobs":null,"finish_reason":null}],"usage":null}'
  const timings = text.slice(text.indexOf('"timings"'), text.indexOf('}\n\ndata: [DONE]'))
  expect(text).toBe(
    [
      `data: ${head}{"index":0,"delta":{"role":"assistant","content":"","refusal":null},${rest}`,
      `data: ${head}{"index":0,"delta":{"content":"Hello"},${rest}`,
      `data: ${head}{"index":0,"delta":{"content":" wörld"},${rest}`,
      `data: ${head}{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}`,
      `data: ${head}],"usage":{"prompt_tokens":2,"completion_tokens":2,"total_tokens":4,"prompt_tokens_details":{"cached_tokens":1},"completion_tokens_details":{"reasoning_tokens":0}},${timings}}`,
      'data: [DONE]',
      '',
    ].join('\n\n'),
  )
  expect(JSON.parse(`{${timings}}`)).toMatchObject({
    timings: { prompt_n: 1, predicted_n: 2, predicted_per_second: 500 },
  })
  expect(answer.response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
    'x-request-id': expect.any(String),
  })
  expect(answer.response.statusCode).toBe(200)
})

test('a completion stream: echo first, an empty text with the reason last, no usage unless asked', async () => {
  const { listen } = openGateway()
  const { port } = await listen()
  const body = { model: 'tiny', prompt: 'Say:', echo: true, stream: true }
  const answer = await openAnswer(port, body, '/v1/completions')
  const chunks = parseEvents<{ object: string; choices: { text: string; finish_reason: string | null }[] }>(
    await answer.ended,
  )
  expect(
    chunks.map((chunk) => [chunk.object, chunk.choices[0]!.text, chunk.choices[0]!.finish_reason]),
  ).toEqual([
    ['text_completion', 'Say:', null],
    ['text_completion', 'Hello', null],
    ['text_completion', ' wörld', null],
    ['text_completion', '', 'stop'],
  ])
  expect(chunks.every((chunk) => !('usage' in chunk))).toBe(true)
})

test('several choices come as they are made, each with its role and its finish, one usage and one [DONE]', async () => {
  const { listen } = openGateway({ script: { pieces: (choice) => [`a${choice}`, `b${choice}`] } })
  const { port } = await listen()
  const answer = await openAnswer(port, streamed({ n: 3, stream_options: { include_usage: true } }))
  const text = await answer.ended
  const chunks = parseEvents<Chunk>(text)
  for (const index of [0, 1, 2]) {
    const own = chunks.flatMap((chunk) => chunk.choices).filter((choice) => choice.index === index)
    expect(own.map((choice) => choice.delta.content)).toEqual(['', `a${index}`, `b${index}`, undefined])
    expect(own.map((choice) => choice.finish_reason)).toEqual([null, null, null, 'stop'])
  }
  const order = chunks.flatMap((chunk) => chunk.choices).flatMap((choice) => choice.delta.content || [])
  expect(order).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'b2'])
  expect(chunks.filter((chunk) => chunk.usage)).toHaveLength(1)
  expect(chunks.at(-1)).toMatchObject({
    choices: [],
    usage: { prompt_tokens: 2, completion_tokens: 6, total_tokens: 8 },
  })
  expect(text.match(/\[DONE\]/g)).toHaveLength(1)
})

test('what comes in one step leaves in one write', async () => {
  const { listen } = openGateway({ script: { pieces: () => Array.from({ length: 20 }, () => 'x') } })
  const { port } = await listen()
  const body = JSON.stringify(streamed())
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
  const raw = await sendRaw(port, head + body)
  expect(parseEvents(raw)).toHaveLength(22)
  expect(raw.match(/\r\n[0-9a-f]+\r\n/g)!.length).toBeLessThanOrEqual(3)
})

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

test('comments say what a caller waits for: loading, the queue, the prompt, the next token', async () => {
  const gate = createGate()
  const loaded = Promise.withResolvers<void>()
  const { listen, admission } = openGateway({
    slots: 1,
    settings: { keepAliveMs: 5 },
    script: { step: gate.step, progress: [{ processed: 2048, total: 8192 }] },
    load: async (onProgress) => {
      onProgress(0.414)
      await loaded.promise
    },
  })
  const { port } = await listen()
  const blocker = await admission.enter(1, new AbortController().signal, () => {})
  const answer = await openAnswer(port, streamed())
  expect(answer.response.statusCode).toBe(200)
  await expect.poll(answer.text).toMatch(/^: loading 41%\n\n/)
  loaded.resolve()
  await expect.poll(answer.text).toContain(': queued 1\n\n')
  blocker()
  await expect.poll(answer.text).toContain(': prefill 2048/8192\n\n')
  gate.let(2)
  await expect.poll(answer.text).toContain('Hello')
  await expect.poll(answer.text).toMatch(/Hello.*\n\n: waiting\n\n/)
  gate.let(9)
  expect(await answer.ended).toMatch(/data: \[DONE\]\n\n$/)
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

test('a client that leaves frees its place in the queue', async () => {
  const { listen, admission, lines } = openGateway({ slots: 1 })
  const { port } = await listen()
  const release = await admission.enter(1, new AbortController().signal, () => {})
  for (const stream of [true, false]) {
    const outgoing = send(port, chatBody({ stream }))
    await expect.poll(() => admission.status().waiting).toBe(1)
    outgoing.destroy()
    await expect.poll(() => admission.status().waiting).toBe(0)
  }
  release()
  await expect
    .poll(() => lines.filter((line) => line.status === 499 && line.error === 'cancelled'))
    .toHaveLength(2)
})

test.each([
  ['before its first token', 0],
  ['in mid-stream', 1],
])('a client that leaves %s stops the engine', async (_name, events) => {
  const gate = createGate()
  const { listen, admission, engine } = openGateway({ script: { step: gate.step } })
  const { port } = await listen()
  const outgoing = send(port, streamed({ n: 2 }))
  gate.let(events * 2)
  await expect.poll(() => [engine.seen.running, engine.seen.events]).toEqual([2, events * 2])
  outgoing.destroy()
  await expect.poll(() => engine.seen.cancelled).toBe(2)
  await expect.poll(() => [engine.seen.running, admission.status().running]).toEqual([0, 0])
})

test('a client that leaves a whole answer stops the engine', async () => {
  const { listen, admission, engine } = openGateway({ script: { step: () => new Promise(() => {}) } })
  const { port } = await listen()
  const outgoing = send(port, chatBody({ n: 2 }))
  await expect.poll(() => engine.seen.running).toBe(2)
  outgoing.destroy()
  await expect
    .poll(() => [engine.seen.cancelled, engine.seen.running, admission.status().running])
    .toEqual([2, 0, 0])
})

test('a client that does not read stops the engine from writing on', async () => {
  const piece = 'x'.repeat(1000)
  const endless = function* () {
    for (;;) yield piece
  }
  const { listen, engine, admission } = openGateway({
    script: { pieces: endless, step: () => new Promise(setImmediate) },
  })
  const { port } = await listen()
  const outgoing = send(port, streamed())
  outgoing.on('response', (response) => response.pause())
  let before = -1
  await expect
    .poll(
      () => {
        const stands = engine.seen.events === before && before > 0
        before = engine.seen.events
        return stands
      },
      { interval: 200, timeout: 10_000 },
    )
    .toBe(true)
  // What the kernel's socket buffers hold on both sides, not what an endless engine could make.
  expect(engine.seen.events * 1200).toBeLessThan(32 * 1024 * 1024)
  expect(engine.seen.running).toBe(1)
  outgoing.destroy()
  await expect.poll(() => [engine.seen.running, admission.status().running]).toEqual([0, 0])
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

const lines: Protocol = {
  name: 'lines',
  routes: [
    {
      method: 'POST',
      path: '/api/lines',
      async run({ body }) {
        const { fail } = body as { fail?: 'first' | 'second' }
        return {
          format: 'ndjson',
          stream: (async function* () {
            if (fail === 'first') throw new AppError('conflict', 'no')
            yield { data: '{"line":1}' }
            await new Promise(setImmediate)
            await new Promise(setImmediate)
            if (fail === 'second') throw new AppError('conflict', 'no')
            yield { data: '{"line":2}' }
          })(),
        }
      },
    },
  ],
  encodeError: (error) => ({ failed: error.code }),
  encodeStreamError: (error) => ({ data: JSON.stringify({ failed: error.code }) }),
}

test('a protocol may stream lines of JSON, and words its own failures', async () => {
  const { listen } = openGateway({ protocols: [lines], settings: { keepAliveMs: 1 } })
  const { port } = await listen()
  const good = await openAnswer(port, {}, '/api/lines')
  expect(good.response.headers['content-type']).toBe('application/x-ndjson; charset=utf-8')
  expect(await good.ended).toBe('{"line":1}\n{"line":2}\n')
  const first = await openAnswer(port, { fail: 'first' }, '/api/lines')
  expect([first.response.statusCode, await first.ended]).toEqual([409, '{"failed":"conflict"}'])
  const second = await openAnswer(port, { fail: 'second' }, '/api/lines')
  expect([second.response.statusCode, await second.ended]).toEqual([
    200,
    '{"line":1}\n{"failed":"conflict"}\n',
  ])
})

test.each([
  ['bytes that are not HTTP', 'BLAH BLAH\r\n\r\n', 400, 'invalid_request'],
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
  const last = answer.slice(answer.lastIndexOf('HTTP/1.1 '))
  expect(last).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(JSON.parse(last.slice(last.indexOf('\r\n\r\n')))).toMatchObject({ error: { code, param: null } })
})
