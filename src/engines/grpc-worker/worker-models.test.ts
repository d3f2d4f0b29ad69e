import type { ServerWritableStream } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { encodeStatus } from '../../contract/status-error.ts'
import type * as wire from '../../contract/wire-types.ts'
import { AppError } from '../../errors.ts'
import { never, openConnection, openWorker } from './open-connection.test-kit.ts'
import { scriptedModel, unary } from './scripted-worker.test-kit.ts'

type LoadCall = ServerWritableStream<wire.LoadModelRequest, wire.LoadModelProgress>

const options = {
  source: 'file.gguf',
  contextLength: 100,
  parallel: undefined,
  threads: undefined,
  batchTokens: 64,
  gpuLayers: 'auto' as const,
}

/** A connection to a worker that answers LoadModel like this. */
async function load(answer: (call: LoadCall) => void, signal = never) {
  const unloads: (string | undefined)[] = []
  const UnloadModel = unary<wire.UnloadModelRequest, object>(({ id }) => {
    unloads.push(id)
    return {}
  })
  const worker = await openWorker({ control: { LoadModel: answer as never, UnloadModel } })
  const connection = await openConnection(worker)
  const progress: number[] = []
  const hooks = { signal, onProgress: (fraction: number) => void progress.push(fraction) }
  return { progress, unloads, loading: connection.loadModel('m', options, hooks) }
}

test('a model is found by its id and by its aliases', async () => {
  const connection = await openConnection(await openWorker())
  for (const name of ['m', 'alias'])
    expect((await connection.engine(name)).info.architecture).toBe('scripted')
  await expect(connection.engine('other')).rejects.toMatchObject({
    code: 'model_not_found',
    message: 'worker w does not serve "other"; it serves m',
    param: 'model',
  })
})

test('a model that is not ready says why', async () => {
  const models: wire.ModelInfo[] = [
    { id: 'later', state: 'MODEL_STATE_LOADING' },
    { id: 'broken', state: 'MODEL_STATE_FAILED', error: 'no such file' },
  ]
  const connection = await openConnection(await openWorker({ models }))
  expect(await connection.models()).toMatchObject([{ state: 'loading' }, { state: 'failed' }])
  await expect(connection.engine('later')).rejects.toMatchObject({ code: 'overloaded', retryAfterMs: 1000 })
  await expect(connection.engine('broken')).rejects.toMatchObject({
    code: 'invalid_model',
    message: expect.stringContaining('no such file'),
  })
})

test('an engine knows its load from the start, though no report had it', async () => {
  const worker = await openWorker({ reports: 'by-hand' })
  worker.load = {}
  const connection = await openConnection(worker)
  worker.load = { model: 'm', runningRequests: 1, maxRunningRequests: 2 }
  expect((await connection.engine('m')).status()).toMatchObject({ slots: 2, busySlots: 1 })
})

test('a load tells its progress, and its engine unloads the model', async () => {
  let asked: wire.LoadModelRequest | undefined
  const { progress, unloads, loading } = await load((call) => {
    asked = call.request
    for (const fraction of [0.25, 0.5]) call.write({ phase: 'LOADING', fraction })
    call.write({ phase: 'READY', fraction: 1, model: scriptedModel })
    call.end()
  })
  const engine = await loading
  expect(asked).toMatchObject({ id: 'm', source: 'file.gguf', contextLength: 100, batchTokens: 64 })
  expect(asked?.gpuLayers).toBeUndefined()
  expect(progress).toEqual([0.25, 0.5, 1])
  expect(engine.info.contextLength).toBe(100)
  await engine.close()
  await engine.close()
  expect(unloads).toEqual(['m'])
})

test.each([
  new AppError('invalid_model', 'file.gguf is damaged'),
  new AppError('insufficient_memory', 'too big', { details: { needed_bytes: 10, free_bytes: 5 } }),
  new AppError('conflict', 'loaded with other settings'),
])('a load that fails with $code keeps it', async (error) => {
  const { loading } = await load((call) => void call.emit('error', encodeStatus(error)))
  const { code, message, details } = error
  await expect(loading).rejects.toMatchObject({ code, message, details })
})

test('a load that ends without a model has failed', async () => {
  const { loading } = await load((call) => call.end())
  await expect(loading).rejects.toMatchObject({ code: 'engine_failed' })
})

test('a load can be cancelled, and the worker hears of it', async () => {
  const abort = new AbortController()
  const heard = Promise.withResolvers<void>()
  const { loading } = await load((call) => {
    call.once('cancelled', () => heard.resolve())
    abort.abort()
  }, abort.signal)
  await expect(loading).rejects.toMatchObject({ code: 'cancelled', message: 'loading m was cancelled' })
  await heard.promise
  const { loading: late } = await load(() => undefined, AbortSignal.abort())
  await expect(late).rejects.toMatchObject({ code: 'cancelled' })
})
