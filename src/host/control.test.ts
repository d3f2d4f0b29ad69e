import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { apiVersion } from '../contract/definition.ts'
import { encodeLoadRequest } from '../contract/model.ts'
import { completion, loadOptions, openWorker, type OpenWorker } from './open-worker.test-kit.ts'

let worker: OpenWorker
afterEach(() => worker.end())

const request = (id: string, source: string, change = {}) =>
  encodeLoadRequest(id, loadOptions(source, change))
const list = async () => (await worker.unary('ListModels', {})).models!

test('says who it is; a second one is somebody else under the same name', async () => {
  worker = await openWorker('fake:', {
    workerId: 'w1',
    engineVersion: '1.2.3',
    maxQueue: 9,
    maxMessageBytes: 1e6,
  })
  const first = await worker.unary('GetWorkerInfo', {})
  expect(first).toMatchObject({
    workerId: 'w1',
    apiMajor: apiVersion.major,
    apiMinor: apiVersion.minor,
    engine: 'fake',
    engineVersion: '1.2.3',
    features: ['chat', 'complete', 'load_model'],
    maxConcurrentRequests: 2,
    maxQueue: 9,
    maxMessageBytes: 1e6,
    devices: [{ kind: 'cpu', memoryTotal: expect.any(Number) }],
    processId: process.pid,
  })
  await worker.end()
  worker = await openWorker('fake:', { workerId: 'w1' })
  const second = await worker.unary('GetWorkerInfo', {})
  expect(second.workerId).toBe(first.workerId)
  expect(second.instanceId).not.toBe(first.instanceId)
})

describe('loading', () => {
  test('tells how far it is, then what was loaded; several models answer by their ids', async () => {
    worker = await openWorker()
    const events = await worker.stream('LoadModel', request('n', 'fake:?tokens=3')).ended
    expect(events[0]).toMatchObject({ phase: 'LOADING', fraction: 0 })
    expect(events.at(-1)).toMatchObject({
      phase: 'READY',
      fraction: 1,
      model: { id: 'n', contextLength: 512 },
    })
    expect(await list()).toMatchObject([
      { id: 'm', state: 'MODEL_STATE_READY' },
      {
        id: 'n',
        source: 'fake:?tokens=3',
        state: 'MODEL_STATE_READY',
        loadedAt: { seconds: expect.any(Number) },
      },
    ])
    const answer = await worker.stream('Complete', completion('hello', { context: { model: 'n' } })).ended
    expect(answer.at(-1)?.finished?.usage?.completionTokens).toBe(3)
  })

  test('the same again is READY at once; the same id with other options is a conflict', async () => {
    worker = await openWorker()
    const again = await worker.stream('LoadModel', request('m', 'fake:')).ended
    expect(again).toMatchObject([{ phase: 'READY' }])
    const other = worker.stream('LoadModel', request('m', 'fake:', { parallel: 3 }))
    await expect(other.ended).rejects.toMatchObject({ code: 'conflict' })
  })

  test('two callers share one load; it stops when both have left, and the id is free again', async () => {
    worker = await openWorker()
    const calls = [0, 1].map(() => worker.stream('LoadModel', request('n', 'fake:?load_ms=600000')))
    await Promise.all(calls.map((call) => call.until(1)))
    expect(await list()).toMatchObject([{ id: 'm' }, { id: 'n', state: 'MODEL_STATE_LOADING' }])
    const early = worker.stream('Complete', completion('hello', { context: { model: 'n' } }))
    await expect(early.ended).rejects.toMatchObject({ code: 'overloaded', retryAfterMs: 1000 })
    const other = worker.stream('LoadModel', request('n', 'fake:'))
    await expect(other.ended).rejects.toMatchObject({ code: 'conflict' })
    calls[0]!.call.cancel()
    await expect(calls[0]!.ended).rejects.toMatchObject({ code: 'cancelled' })
    expect(await list()).toHaveLength(2)
    calls[1]!.call.cancel()
    await expect.poll(list).toHaveLength(1)
    expect((await worker.stream('LoadModel', request('n', 'fake:')).ended).at(-1)?.phase).toBe('READY')
  })

  test('unloading what still loads stops that', async () => {
    worker = await openWorker()
    const load = worker.stream('LoadModel', request('n', 'fake:?load_ms=600000'))
    await load.until(1)
    expect(await worker.unary('UnloadModel', { id: 'n' })).toEqual({ endedRequests: 0 })
    await expect(load.ended).rejects.toMatchObject({ code: 'cancelled' })
    expect(await list()).toHaveLength(1)
  })

  test.each([
    ['invalid_model', { id: 'n', source: 'fake:?speed=1' }, undefined],
    ['invalid_request', { source: 'fake:' }, 'id'],
    ['unsupported_parameter', { id: 'n', source: 'fake:', dtype: 'float16' }, 'dtype'],
    ['unsupported_parameter', { id: 'n', source: 'fake:', revision: 'main' }, 'revision'],
    [
      'unsupported_parameter',
      { id: 'n', source: 'fake:', engineArgsJson: Buffer.from('{}') },
      'engine_args_json',
    ],
  ])('%s: %j', async (code, load, param) => {
    worker = await openWorker()
    await expect(worker.stream('LoadModel', load).ended).rejects.toMatchObject({ code, param })
    expect(await list()).toHaveLength(1)
  })
})

describe('unloading', () => {
  test('takes nothing new, lets requests end, frees the id', async () => {
    worker = await openWorker('fake:?stall_after=1')
    const { call, until } = worker.stream('Complete', completion('hello'))
    await until(2)
    const unloading = worker.unary('UnloadModel', { id: 'm', drainTimeoutMs: 600_000 })
    await expect.poll(async () => (await list())[0]?.state).toBe('MODEL_STATE_DRAINING')
    await expect(worker.stream('Complete', completion('new')).ended).rejects.toMatchObject({
      code: 'draining',
    })
    await expect(worker.stream('LoadModel', request('m', 'fake:?stall_after=1')).ended).rejects.toMatchObject(
      {
        code: 'draining',
      },
    )
    call.cancel()
    expect(await unloading).toEqual({ endedRequests: 0 })
    expect(await list()).toEqual([])
    await expect(worker.stream('Complete', completion('hello')).ended).rejects.toMatchObject({
      message: 'this worker serves no model, not "m"',
    })
    expect((await worker.stream('LoadModel', request('m', 'fake:')).ended).at(-1)?.phase).toBe('READY')
  })

  test('ends what still runs when its time is over', async () => {
    worker = await openWorker('fake:?stall_after=1')
    const call = worker.stream('Complete', completion('hello'))
    await call.until(2)
    expect(await worker.unary('UnloadModel', { id: 'm', drainTimeoutMs: 50 })).toEqual({ endedRequests: 1 })
    await expect(call.ended).rejects.toMatchObject({ code: 'engine_failed' })
    expect(await list()).toEqual([])
  })

  test('an unknown id is an error', async () => {
    worker = await openWorker()
    await expect(worker.unary('UnloadModel', { id: 'x' })).rejects.toMatchObject({ code: 'model_not_found' })
  })
})

describe('load reports', () => {
  test('one at once and one per interval, with growing numbers', async () => {
    worker = await openWorker('fake:?stall_after=2')
    const call = worker.stream('Complete', completion('hello'))
    await call.until(2)
    const watch = worker.stream('WatchLoad', { intervalMs: 20 })
    await watch.until(4)
    expect(watch.received.slice(0, 4).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4])
    const { instanceId } = worker.server
    expect(watch.received[3]).toMatchObject({ instanceId, models: [{ model: 'm', runningRequests: 1 }] })
    expect(watch.received[3]!.memoryUsedBytes).toBeGreaterThan(2 ** 20)
    const ages = watch.received.map(({ models }) => models![0]!.stepAgeMs ?? 0)
    expect(ages.at(-1)).toBeGreaterThan(ages[0]!)
  })

  test('leaving stops the timer', async () => {
    worker = await openWorker()
    const set = vi.spyOn(globalThis, 'setInterval')
    const cleared = vi.spyOn(globalThis, 'clearInterval')
    onTestFinished(() => void vi.restoreAllMocks())
    const watch = worker.stream('WatchLoad', { intervalMs: 54_321 })
    await watch.until(1)
    const timer = set.mock.results[set.mock.calls.findIndex(([, interval]) => interval === 54_321)]?.value
    expect(timer).toBeDefined()
    watch.call.cancel()
    await expect.poll(() => cleared.mock.calls.map(([handle]) => handle)).toContain(timer)
  })

  test('an interval below the least is refused', async () => {
    worker = await openWorker()
    const { ended } = worker.stream('WatchLoad', { intervalMs: 19 })
    await expect(ended).rejects.toMatchObject({ code: 'invalid_request', param: 'interval_ms' })
  })
})
