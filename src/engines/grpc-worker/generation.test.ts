import { Metadata, status, type handleUnaryCall } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { encodeStatus } from '../../contract/status-error.ts'
import type * as wire from '../../contract/wire-types.ts'
import { AppError } from '../../errors.ts'
import { createConnectWorker } from './connect-worker.ts'
import {
  never,
  openConnection,
  openEngine,
  openWorker,
  readAll,
  request,
  start,
} from './open-connection.test-kit.ts'
import { delta, finished, started, unary } from './scripted-worker.test-kit.ts'

test('events come as the worker sends them, and the finish is the last', async () => {
  const { worker, engine } = await openEngine()
  const iterator = await start(engine)
  const call = await worker.called(1)
  const progress = { progress: { prefillTokensDone: 3, prefillTokensTotal: 5 } }
  for (const event of [started, progress, delta('a', 2), { progress: { queuePosition: 1 } }, finished])
    call.write(event)
  const { events, error } = await readAll(iterator)
  expect(error).toBeUndefined()
  expect(events).toEqual([
    { type: 'prompt-progress', processed: 3, total: 5 },
    { type: 'text-delta', text: 'a', tokens: 2 },
    {
      type: 'finish',
      reason: 'stop',
      usage: { promptTokens: 5, cachedTokens: 0, completionTokens: 2 },
      timings: { queueMs: 0.001, prefillMs: 0.001, decodeMs: 0.001 },
    },
  ])
  expect(engine.status()).toMatchObject({ busySlots: 0, waiting: 0 })
})

test("the caller's deadline is the call's, with a second for its own error to come first", async () => {
  const { worker, engine } = await openEngine()
  const before = Date.now()
  const iterator = await start(engine, { deadline: performance.now() + 60_000 })
  const call = await worker.called(1)
  expect(Number(call.getDeadline())).toBeGreaterThan(before + 60_000)
  expect(Number(call.getDeadline())).toBeLessThan(Date.now() + 61_100)
  call.write(finished)
  await readAll(iterator)
  const unbounded = await start(engine)
  const second = await worker.called(2)
  expect(second.getDeadline()).toBe(Number.POSITIVE_INFINITY)
  second.write(finished)
  await readAll(unbounded)
})

test('a worker that hangs ends with its deadline, also where nobody aborts', async () => {
  const { engine } = await openEngine()
  const iterator = await start(engine, { deadline: performance.now() - 950 })
  expect((await readAll(iterator)).error).toMatchObject({ code: 'timeout' })
})

test('a second finish, and what follows the first, is not passed on', async () => {
  const { worker, engine } = await openEngine()
  const iterator = await start(engine)
  const call = await worker.called(1)
  for (const event of [started, finished, delta('late'), finished]) call.write(event)
  call.emit('error', encodeStatus(new AppError('engine_failed', 'late')))
  const { events, error } = await readAll(iterator)
  expect(events.map(({ type }) => type)).toEqual(['finish'])
  expect(error).toBeUndefined()
})

test('an answer that ends well without a finish is none', async () => {
  const { worker, engine } = await openEngine()
  const iterator = await start(engine)
  const call = await worker.called(1)
  call.write(delta('half'))
  call.end()
  const { events, error } = await readAll(iterator)
  expect(events).toHaveLength(1)
  expect(error).toMatchObject({ code: 'engine_failed', message: expect.stringContaining('worker w') })
})

test.each([
  ['queue_full', 'full', new AppError('queue_full', 'full', { retryAfterMs: 1500 })],
  ['draining', 'leaving', new AppError('draining', 'leaving')],
  ['cancelled', 'somebody aborted it', new AppError('cancelled', 'somebody aborted it')],
  ['timeout', 'too long', new AppError('timeout', 'too long')],
  ['model_not_found', 'not mine', new AppError('model_not_found', 'not mine', { param: 'model' })],
])('the worker says %s', async (code, message, said) => {
  const { worker, engine } = await openEngine()
  const iterator = await start(engine)
  const call = await worker.called(1)
  call.emit('error', encodeStatus(said))
  const { error } = await readAll(iterator)
  expect(error).toMatchObject({ code, message, param: said.param, retryAfterMs: said.retryAfterMs })
})

const garbage = new Metadata()
garbage.set('grpc-status-details-bin', Buffer.from([0xff, 0xff, 0xff, 0x01, 0x99]))

test.each([
  ['engine_failed', { code: status.INTERNAL, details: 'boom', metadata: garbage }],
  ['engine_failed', { code: status.UNKNOWN, details: 'a Python exception' }],
  ['timeout', { code: status.DEADLINE_EXCEEDED, details: 'the deadline of the server' }],
  ['worker_lost', { code: status.CANCELLED, details: 'the server stops' }],
  ['worker_lost', { code: status.UNAVAILABLE, details: 'a proxy has no upstream' }],
  ['worker_lost', { code: status.INTERNAL, details: 'Received RST_STREAM with code 2' }],
  ['worker_incompatible', { code: status.UNIMPLEMENTED, details: 'no such method' }],
])('a status without our details becomes %s: %j', async (code, said) => {
  const { worker, engine } = await openEngine()
  const iterator = await start(engine)
  const call = await worker.called(1)
  call.emit('error', said)
  const { error } = await readAll(iterator)
  expect(error).toMatchObject({ code, message: expect.stringContaining(said.details) })
})

test('a connection that is cut in the middle of a call', async () => {
  const { worker, engine } = await openEngine()
  const iterator = await start(engine)
  const call = await worker.called(1)
  call.write(delta('text'))
  await iterator.next()
  await worker.close()
  expect((await readAll(iterator)).error).toMatchObject({ code: 'worker_lost' })
})

test('the wrong model is refused by the worker', async () => {
  const worker = await openWorker({ models: [{ id: 'n', state: 'MODEL_STATE_READY' }] })
  const engine = await (await openConnection(worker)).engine('n')
  await expect(engine.prepare(request())).rejects.toMatchObject({ code: 'model_not_found' })
})

test('a request that is too large for us, and one that is too large for the worker', async () => {
  const worker = await openWorker({ maxMessageBytes: 5_000 })
  const small = await (await openConnection(worker, {}, createConnectWorker(2_000))).engine('m')
  const large = await (await openConnection(worker)).engine('m')
  const prompt = { kind: 'text' as const, text: 'x'.repeat(6_000) }
  const refused = (limit: string) => ({
    code: 'payload_too_large',
    message: expect.stringContaining(limit),
  })
  await expect(small.prepare(request({ prompt }))).rejects.toMatchObject(refused('2000'))
  await expect(large.prepare(request({ prompt }))).rejects.toMatchObject(refused('5000'))
  const stop = ['y'.repeat(6_000)]
  expect((await readAll(await start(small, { stop }))).error).toMatchObject(refused('2000'))
  expect((await readAll(await start(large, { stop }))).error).toMatchObject(refused('5000'))
  expect(small.status()).toMatchObject({ busySlots: 0 })
})

test('an answer that is too large for us', async () => {
  const worker = await openWorker()
  const engine = await (await openConnection(worker, {}, createConnectWorker(2_000))).engine('m')
  const iterator = await start(engine)
  const call = await worker.called(1)
  call.write(delta('z'.repeat(3_000)))
  const { error } = await readAll(iterator)
  expect(error).toMatchObject({ code: 'payload_too_large', message: expect.stringContaining('2000') })
})

test('an abort ends when the worker has confirmed that the slot is free', async () => {
  const confirmed = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<string[]>()
  const Abort: handleUnaryCall<wire.AbortRequest, wire.AbortResponse> = (call, callback) => {
    asked.resolve(call.request.requestIds ?? [])
    void confirmed.promise.then(() => callback(null, { aborted: 1 }))
  }
  const { worker, engine } = await openEngine({ inference: { Abort } })
  const abort = new AbortController()
  const iterator = await start(engine, {}, abort.signal)
  const call = await worker.called(1)
  let isOver = false
  const ended = readAll(iterator).finally(() => (isOver = true))
  abort.abort()
  expect(await asked.promise).toEqual([call.request.context!.requestId])
  expect(isOver).toBe(false)
  expect(engine.status()).toMatchObject({ busySlots: 1 })
  confirmed.resolve()
  expect((await ended).error).toMatchObject({ code: 'cancelled' })
  expect(engine.status()).toMatchObject({ busySlots: 0 })
})

test('a call that the worker does not know by its name is reset', async () => {
  const { worker, engine } = await openEngine({ inference: { Abort: unary(() => ({ aborted: 0 })) } })
  const iterator = await start(engine)
  const call = await worker.called(1)
  const isReset = new Promise((resolve) => call.once('cancelled', resolve))
  await iterator.return!()
  await isReset
})

test('requests that are aborted together are asked for together', async () => {
  const { worker, engine } = await openEngine()
  const abort = new AbortController()
  const iterators = await Promise.all([1, 2, 3].map(() => start(engine, {}, abort.signal)))
  await worker.called(3)
  abort.abort()
  for (const iterator of iterators)
    expect((await readAll(iterator)).error).toMatchObject({ code: 'cancelled' })
  expect(worker.aborted.map((ids) => ids.length)).toEqual([3])
  expect(new Set(worker.aborted.flat()).size).toBe(3)
})

test('a worker that never confirms an abort is not waited for', async () => {
  const { worker, engine } = await openEngine({ inference: { Abort: () => undefined } })
  const iterator = await start(engine)
  const call = await worker.called(1)
  call.write(delta('text'))
  await iterator.next()
  await iterator.return!()
  expect(engine.status()).toMatchObject({ busySlots: 0 })
})

test('nor one that has no Abort', async () => {
  const { worker, engine } = await openEngine({ inference: { Abort: undefined! } })
  const iterator = await start(engine)
  const call = await worker.called(1)
  const isCancelled = new Promise((resolve) => call.once('cancelled', resolve))
  await iterator.return!()
  await isCancelled
})

test('aborted before the start: the worker hears nothing', async () => {
  const { worker, engine } = await openEngine()
  const iterator = await start(engine, {}, AbortSignal.abort())
  expect((await readAll(iterator)).error).toMatchObject({ code: 'cancelled' })
  expect([worker.calls, worker.aborted]).toEqual([[], []])
})

test('a reader that is slow makes the worker wait, and loses nothing', async () => {
  const { worker, engine } = await openEngine()
  const iterator = await start(engine)
  const call = await worker.called(1)
  const piece = 'x'.repeat(10_000)
  let sent = 0
  call.write(started)
  // Far more than the sockets and windows between the two hold.
  while (sent < 1_000) {
    sent++
    if (call.write(delta(piece))) continue
    const drained = await Promise.race([
      new Promise((resolve) => call.once('drain', () => resolve(true))),
      new Promise((resolve) => setTimeout(() => resolve(false), 100)),
    ])
    if (drained === false) break
  }
  expect(sent).toBeLessThan(1_000)
  call.write(finished)
  const { events, error } = await readAll(iterator)
  expect(error).toBeUndefined()
  const text = events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')
  expect(text).toHaveLength(sent * piece.length)
  expect(events.at(-1)).toMatchObject({ type: 'finish' })
})

test('a reader who comes back with another signal gets another generation', async () => {
  const { worker, engine } = await openEngine()
  const prepared = await engine.prepare(request())
  for (const count of [1, 2]) {
    const iterator = prepared.generate(0, never)[Symbol.asyncIterator]()
    const call = await worker.called(count)
    call.write(finished)
    expect((await readAll(iterator)).events).toHaveLength(1)
  }
  const ids = worker.calls.map(({ request: { context } }) => context?.requestId)
  expect(new Set(ids).size).toBe(2)
})

test('a worker whose handler fails as JavaScript does', async () => {
  const { worker, engine } = await openEngine({
    inference: {
      Tokenize: unary(() => {
        throw new TypeError('undefined is not a function')
      }),
    },
  })
  await expect(engine.prepare(request())).rejects.toMatchObject({ code: 'engine_failed' })
  expect(worker.calls).toEqual([])
})
