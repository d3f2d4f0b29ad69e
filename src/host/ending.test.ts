import { afterEach, expect, test } from 'vitest'
import { completion, createClient, openWorker, type OpenWorker } from './open-worker.test-kit.ts'
import { openProxy } from './proxy.test-kit.ts'

/** How calls end before their time. */
let worker: OpenWorker
afterEach(() => worker.end())

// The context is full after 512 tokens: at this speed after half a minute.
const slow = 'fake:?tokens_per_second=20&tokens=100000'
const endless = (requestId: string) => completion('hello', { context: { model: 'm', requestId } })
const readLoad = async () => (await worker.unary('GetLoad', {})).models![0]!
const running = async () => (await readLoad()).runningRequests ?? 0

test('a cancelled call frees its slot', async () => {
  worker = await openWorker(slow)
  const { call, until } = worker.stream('Complete', endless('a'))
  await until(3)
  expect(await running()).toBe(1)
  call.cancel()
  await expect.poll(running).toBe(0)
  expect((await readLoad()).cancelledRequestsTotal).toBe(1)
})

test('so does a caller that is gone with its connection', async () => {
  worker = await openWorker(slow)
  const proxy = await openProxy(worker.address)
  const client = createClient(proxy.address)
  const { until, ended } = client.stream('Complete', endless('a'))
  await until(3)
  expect(await running()).toBe(1)
  proxy.cut()
  await expect(ended).rejects.toMatchObject({ code: 'worker_lost' })
  await expect.poll(running).toBe(0)
  client.close()
  proxy.close()
})

test('a call whose deadline passes ends with timeout and frees its slot', async () => {
  worker = await openWorker(slow)
  const { ended } = worker.stream('Complete', endless('a'), { deadline: Date.now() + 100 })
  await expect(ended).rejects.toMatchObject({ code: 'timeout' })
  await expect.poll(running).toBe(0)
})

test('Abort ends calls by their ids, running and waiting, and answers when their slots are free', async () => {
  worker = await openWorker(slow, { load: { parallel: 2 } })
  const calls = ['a', 'b', 'c'].map((id) => worker.stream('Complete', endless(id)))
  await Promise.all(calls.map((call) => call.until(1)))
  expect(await readLoad()).toMatchObject({ runningRequests: 2, waitingRequests: 1 })
  expect(await worker.unary('Abort', { requestIds: ['c', 'a', 'unknown', ''] })).toEqual({ aborted: 2 })
  expect(await readLoad()).toMatchObject({ runningRequests: 1, waitingRequests: 0 })
  for (const index of [0, 2]) await expect(calls[index]!.ended).rejects.toMatchObject({ code: 'cancelled' })
  expect(await worker.unary('Abort', { all: true })).toEqual({ aborted: 1 })
  expect(await readLoad()).toMatchObject({ runningRequests: 0, cancelledRequestsTotal: 3 })
  await expect(calls[1]!.ended).rejects.toMatchObject({ code: 'cancelled' })
  expect(await worker.unary('Abort', { all: true })).toEqual({ aborted: 0 })
})

test('an empty id names nothing', async () => {
  worker = await openWorker(slow)
  const call = worker.stream('Complete', endless(''))
  await call.until(2)
  expect(await worker.unary('Abort', { requestIds: [''] })).toEqual({ aborted: 0 })
  expect(await running()).toBe(1)
})

test('a caller that does not read holds back its own stream and not the worker, and can be cancelled', async () => {
  worker = await openWorker('fake:?tokens=100000', { load: { contextLength: 200_000 } })
  const { call } = worker.stream('Complete', endless('a'))
  call.pause()
  // It stops by itself: nothing is generated that nobody takes.
  let before = -1
  const isStill = async () => {
    const { decodeTokensTotal = 0 } = await readLoad()
    const isSame = decodeTokensTotal > 0 && decodeTokensTotal === before
    before = decodeTokensTotal
    return isSame
  }
  await expect.poll(isStill, { interval: 200 }).toBe(true)
  expect(before).toBeLessThan(50_000)
  const other = worker.stream('Complete', completion('other', { stop: { maxOutputTokens: 3 } }))
  expect((await other.ended).at(-1)?.finished?.usage?.completionTokens).toBe(3)
  call.cancel()
  await expect.poll(running).toBe(0)
})

test('draining: nothing new is taken, and Drain answers when it is idle', async () => {
  worker = await openWorker('fake:?stall_after=2')
  const call = worker.stream('Complete', endless('a'))
  await call.until(2)
  expect(await worker.unary('Drain', { timeoutMs: 0 })).toEqual({ inFlight: 1 })
  for (const request of [
    worker.stream('Complete', endless('b')).ended,
    worker.stream('Chat', { context: { model: 'm' }, messages: [{ role: 'user' }] }).ended,
    worker.unary('Embed', { context: { model: 'm' } }),
    worker.stream('LoadModel', { id: 'n', source: 'fake:' }).ended,
  ])
    await expect(request).rejects.toMatchObject({ code: 'draining' })
  // The longest that the contract can say; Node's timers would fire at once.
  const drained = worker.unary('Drain', { timeoutMs: 2 ** 32 - 1 })
  expect((await worker.unary('GetLoad', {})).draining).toBe(true)
  call.call.cancel()
  expect(await drained).toEqual({ inFlight: 0 })
})

test('draining: what runs goes on to its end', async () => {
  worker = await openWorker('fake:?tokens_per_second=200&tokens=40')
  const call = worker.stream('Complete', endless('a'))
  await call.until(2)
  await worker.unary('Drain', { timeoutMs: 0 })
  expect((await call.ended).at(-1)?.finished?.usage?.completionTokens).toBe(40)
})

test('closing the server ends calls with engine_failed and watchers too', async () => {
  worker = await openWorker('fake:?stall_after=2')
  const call = worker.stream('Complete', endless('a'))
  const load = worker.stream('WatchLoad', { intervalMs: 60_000 })
  const health = worker.stream('Watch', { service: '' })
  await Promise.all([call.until(2), load.until(1), health.until(1)])
  await Promise.all([worker.server.close(), worker.server.close()])
  await expect(call.ended).rejects.toMatchObject({ code: 'engine_failed' })
  expect(await load.ended).toHaveLength(1)
  expect((await health.ended).at(-1)).toEqual({ status: 'NOT_SERVING' })
})
