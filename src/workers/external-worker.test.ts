import { expect, test } from 'vitest'
import type { ConnectWorker, WorkerModel } from '../engine/worker.ts'
import { AppError } from '../errors.ts'
import { createExternalWorker } from './external-worker.ts'
import {
  becomes,
  createScriptedConnection,
  scriptedSettings,
  type ScriptedConnection,
} from './scripted-connection.test-kit.ts'

const hooks = () => ({ signal: new AbortController().signal, onProgress: () => undefined })
const ready = (id: string, aliases: string[] = []): WorkerModel => ({ id, aliases, state: 'ready' })

function setUp(lists: WorkerModel[][], serves?: Record<string, string>, connect?: ConnectWorker) {
  const connections: ScriptedConnection[] = []
  const worker = createExternalWorker({
    id: 'gpu-1',
    address: { target: '10.0.0.7:9000' },
    serves: serves && new Map(Object.entries(serves)),
    settings: scriptedSettings(
      connect ??
        (async () => {
          const connection = createScriptedConnection(lists[Math.min(connections.length, lists.length - 1)])
          connections.push(connection)
          return connection
        }),
    ),
  })
  const served = () =>
    Object.fromEntries(worker.replicas().map(({ model, replica }) => [model, replica.engine?.kind]))
  return { worker, connections, served }
}

test('serves all of its models under their own ids and aliases', async () => {
  const { worker, served } = setUp([[ready('llama', ['small', 'chat']), ready('qwen')]])
  await worker.start(hooks())
  expect(worker.state).toBe('serving')
  expect(served()).toEqual({ llama: 'llama', small: 'llama', chat: 'llama', qwen: 'qwen' })
  expect(worker.processId).toBe(7)
  await worker.stop()
})

test('serves what is asked for under the given names, found by id or alias', async () => {
  const { worker, served } = setUp([[ready('llama', ['small']), ready('qwen')]], {
    small: 'chat',
    qwen: 'qwen',
  })
  expect(worker.replicas().map(({ model }) => model)).toEqual(['chat', 'qwen'])
  await worker.start(hooks())
  expect(served()).toEqual({ chat: 'llama', qwen: 'qwen' })
  await worker.stop()
})

test('without the named model it is failed, and says what the worker has', async () => {
  const broken: WorkerModel = { id: 'mistral', aliases: [], state: 'failed' }
  const { worker, connections } = setUp([[ready('llama'), broken]], { gemma: 'chat' })
  await worker.start(hooks())
  expect(worker.state).toBe('failed')
  expect(worker.lastError).toMatchObject({
    code: 'model_not_found',
    message: 'worker gpu-1 at 10.0.0.7:9000 does not serve gemma; it has: llama, mistral (failed to load)',
  })
  expect(connections[0]!.isClosed).toBe(true)
  await worker.stop()
})

test('with one of two named models it serves that one and says what it lacks', async () => {
  const { worker, served } = setUp([[ready('llama')]], { llama: 'llama', gemma: 'chat' })
  await worker.start(hooks())
  expect(worker.state).toBe('serving')
  expect(worker.lastError?.message).toContain('does not serve gemma')
  expect(served()).toEqual({ llama: 'llama', chat: undefined })
  const states = worker.replicas().map(({ replica }) => replica.state)
  expect(states).toEqual(['serving', 'failed'])
  await worker.stop()
})

test('a worker without any model is failed', async () => {
  const { worker } = setUp([[]])
  await worker.start(hooks())
  expect([worker.state, worker.lastError?.message]).toEqual([
    'failed',
    'worker gpu-1 at 10.0.0.7:9000 serves no model; it has: none',
  ])
  await worker.stop()
})

test('asks again after each reconnect', async () => {
  const { worker, connections, served } = setUp([[ready('llama')], [ready('qwen')]])
  await worker.start(hooks())
  connections[0]!.lose()
  await becomes(worker, () => worker.restarts === 1 && worker.state === 'serving')
  expect(served()).toEqual({ llama: undefined, qwen: 'qwen' })
  expect(worker.replicas().map(({ replica }) => replica.state)).toEqual(['failed', 'serving'])
  expect(connections[0]!.isClosed).toBe(true)
  await worker.stop()
})

test('waits for a model that is still loading', async () => {
  const models: WorkerModel[] = [{ id: 'llama', aliases: [], state: 'loading' }]
  const { worker } = setUp([models])
  const started = worker.start({
    ...hooks(),
    onProgress() {
      models[0] = ready('llama')
    },
  })
  await started
  expect(worker.state).toBe('serving')
  await worker.stop()
})

test('a worker that goes while it loads is tried again', async () => {
  const { worker, connections } = setUp([[{ id: 'llama', aliases: [], state: 'loading' }], [ready('llama')]])
  await worker.start({ ...hooks(), onProgress: () => connections[0]!.lose() })
  await becomes(worker, () => worker.state === 'serving')
  expect(connections).toHaveLength(2)
  await worker.stop()
})

test('nobody there does not reject: it is tried again', async () => {
  let calls = 0
  const { worker } = setUp([], undefined, async () => {
    if (++calls < 3) throw new AppError('worker_lost', 'connection refused')
    return createScriptedConnection([ready('llama')])
  })
  await worker.start(hooks())
  expect([worker.state, worker.lastError?.message]).toEqual(['starting', 'connection refused'])
  await becomes(worker, () => worker.state === 'serving')
  await worker.stop()
})

test('another API version is a clear failure with a cool-down', async () => {
  const { worker } = setUp([], undefined, async () => {
    throw new AppError('worker_incompatible', 'it speaks llm.v2')
  })
  await worker.start(hooks())
  expect([worker.state, worker.lastError?.code]).toEqual(['failed', 'worker_incompatible'])
  await worker.stop()
})

test('stop while it connects and while it waits for a model leaves nothing', async () => {
  const { worker, connections } = setUp([[{ id: 'llama', aliases: [], state: 'loading' }]])
  const looked = Promise.withResolvers<void>()
  const started = worker.start({ ...hooks(), onProgress: () => looked.resolve() })
  const refused = expect(started).rejects.toMatchObject({ code: 'cancelled' })
  await looked.promise
  await worker.stop()
  await refused
  expect(connections[0]!.isClosed).toBe(true)
  expect(worker.state).toBe('stopped')
})
