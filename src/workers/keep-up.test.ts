import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import type { BringUp, Instance } from './instance.ts'
import { createKeptWorker, type KeptWorkerOptions } from './keep-up.ts'
import {
  becomes,
  createScriptedConnection,
  createScriptedEngine,
  quiet,
  type ScriptedConnection,
} from './scripted-connection.test-kit.ts'

const hooks = () => ({ signal: new AbortController().signal, onProgress: () => undefined })
const rules = { firstDelayMs: 1, maxDelayMs: 2, maxDelayAfterServingMs: 1 }

type Life = { connection: ScriptedConnection; instance: Instance; closed: number }

/** Each bring-up does what the next step of the script says; after the script, it serves. */
function setUp(script: (AppError | 'serve')[] = [], change: Partial<KeptWorkerOptions> = {}) {
  const lives: Life[] = []
  const attempts: AbortSignal[] = []
  const bringUp: BringUp = async ({ signal }) => {
    attempts.push(signal)
    const step = script.shift() ?? 'serve'
    if (step !== 'serve') throw step
    const connection = createScriptedConnection()
    const life: Life = {
      connection,
      closed: 0,
      instance: {
        connection,
        engines: new Map([['m', createScriptedEngine(`life ${lives.length + 1}`)]]),
        missing: undefined,
        address: `unix:/life-${lives.length + 1}`,
        processId: 100 + lives.length,
        lost: connection.lost,
        close: async () => {
          life.closed++
        },
      },
    }
    lives.push(life)
    return life.instance
  }
  const worker = createKeptWorker({
    id: 'w',
    kind: 'host',
    models: ['m'],
    rules,
    patient: false,
    bringUp,
    log: quiet,
    ...change,
  })
  return { worker, lives, attempts, replica: worker.replicas()[0]!.replica }
}

test('the names and replicas are there before the first start, and stay the same', async () => {
  const { worker, lives, replica } = setUp()
  expect(worker.replicas().map(({ model }) => model)).toEqual(['m'])
  expect([worker.state, replica.state, replica.engine]).toEqual(['starting', 'starting', undefined])
  await worker.start(hooks())
  expect([worker.state, replica.state, replica.engine?.kind]).toEqual(['serving', 'serving', 'life 1'])
  expect([worker.address, worker.processId]).toEqual(['unix:/life-1', 100])
  lives[0]!.connection.lose()
  await becomes(worker, () => worker.restarts === 1 && worker.state === 'serving')
  expect(worker.replicas()[0]!.replica).toBe(replica)
  expect(replica.engine?.kind).toBe('life 2')
  await worker.stop()
})

test('a lost instance leaves the rotation at once, and is closed before the next one starts', async () => {
  const { worker, lives, replica } = setUp()
  await worker.start(hooks())
  const seen: string[] = []
  replica.subscribe(() => seen.push(`${replica.state} ${replica.engine?.kind} closed ${lives[0]!.closed}`))
  lives[0]!.connection.lose('was killed by SIGKILL')
  await becomes(worker, () => worker.restarts === 1 && worker.state === 'serving')
  expect(seen).toEqual(['starting undefined closed 0', 'serving life 2 closed 1'])
  expect(worker.lastError).toBeUndefined()
  await worker.stop()
})

test('it says why it was lost while it is away', async () => {
  const { worker, lives } = setUp()
  await worker.start(hooks())
  const errors: (string | undefined)[] = []
  worker.subscribe(() => errors.push(worker.lastError?.message))
  lives[0]!.connection.lose('was killed by SIGKILL')
  await becomes(worker, () => worker.restarts === 1 && worker.state === 'serving')
  expect(errors).toContain('was killed by SIGKILL')
  await worker.stop()
})

test('a first bring-up that fails rejects with its error and is not tried again', async () => {
  const { worker, attempts } = setUp([new AppError('invalid_model', 'broken file')])
  await expect(worker.start(hooks())).rejects.toMatchObject({ code: 'invalid_model' })
  expect([worker.state, worker.lastError?.message]).toEqual(['failed', 'broken file'])
  await worker.stop()
  expect(worker.state).toBe('stopped')
  expect(attempts).toHaveLength(1)
})

test('a patient worker is tried again until it is there', async () => {
  const away = new AppError('worker_lost', 'nobody there')
  const { worker, attempts } = setUp([away, away, away], { patient: true })
  await worker.start(hooks())
  expect([worker.state, worker.lastError?.message]).toEqual(['starting', 'nobody there'])
  await becomes(worker, () => worker.state === 'serving')
  expect(attempts).toHaveLength(4)
  expect(worker.lastError).toBeUndefined()
  await worker.stop()
})

test('a failure that does not heal by itself is shown as failed, and stop does not wait for its cool-down', async () => {
  const { worker, lives, attempts, replica } = setUp([
    'serve',
    new AppError('invalid_model', 'file replaced'),
  ])
  await worker.start(hooks())
  lives[0]!.connection.lose()
  await becomes(worker, () => worker.state === 'failed')
  expect([replica.state, worker.lastError?.message]).toEqual(['failed', 'file replaced'])
  await worker.stop()
  expect([worker.state, replica.state, attempts.length]).toEqual(['stopped', 'stopped', 2])
})

test('stop while it starts calls the bring-up off', async () => {
  const { worker } = setUp([], {
    bringUp: ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
  })
  const started = worker.start(hooks())
  const refused = expect(started).rejects.toMatchObject({ code: 'cancelled' })
  await worker.stop()
  await refused
  expect(worker.state).toBe('stopped')
})

test('a bring-up that succeeds although it was called off is closed again', async () => {
  const abort = new AbortController()
  const { worker, lives } = setUp()
  const started = worker.start({ ...hooks(), signal: abort.signal })
  abort.abort()
  await expect(started).rejects.toMatchObject({ code: 'cancelled' })
  expect(lives.map(({ closed }) => closed)).toEqual([1])
})

test('stop closes what serves, and nothing starts after it', async () => {
  const { worker, lives, attempts, replica } = setUp()
  await worker.start(hooks())
  await Promise.all([worker.stop(), worker.stop()])
  expect(lives[0]!.closed).toBe(1)
  expect([worker.state, replica.state, replica.engine]).toEqual(['stopped', 'stopped', undefined])
  lives[0]!.connection.lose()
  await worker.stop()
  expect(attempts).toHaveLength(1)
})

test('drain keeps the engine for what runs, and a drained worker is not restarted', async () => {
  const { worker, lives, attempts, replica } = setUp()
  await worker.start(hooks())
  expect(await worker.drain(1_000)).toBe(3)
  expect([worker.state, replica.state, replica.engine?.kind]).toEqual(['draining', 'draining', 'life 1'])
  lives[0]!.connection.lose()
  await becomes(worker, () => worker.state === 'stopped' && lives[0]!.closed === 1)
  expect(replica.engine).toBeUndefined()
  expect(attempts).toHaveLength(1)
})

test('a drain that is cut off by the end of the worker has nothing left', async () => {
  const { worker, lives } = setUp()
  await worker.start(hooks())
  lives[0]!.connection.drain = () => new Promise(() => undefined)
  const drained = worker.drain(60_000)
  lives[0]!.connection.lose()
  expect(await drained).toBe(0)
  await worker.stop()
})

test('drain while it waits for the next attempt ends it', async () => {
  const { worker } = setUp([new AppError('invalid_config', 'no')], { patient: true })
  await worker.start(hooks())
  expect(worker.state).toBe('failed')
  expect(await worker.drain(1_000)).toBe(0)
  expect(worker.state).toBe('stopped')
})

test('a worker that drains by itself is shown so at once, and comes back after it has gone', async () => {
  const { worker, lives, replica } = setUp()
  await worker.start(hooks())
  lives[0]!.connection.sayDraining()
  expect([worker.state, replica.state, replica.engine?.kind]).toEqual(['draining', 'draining', 'life 1'])
  lives[0]!.connection.lose()
  await becomes(worker, () => worker.state === 'serving')
  expect(replica.engine?.kind).toBe('life 2')
  await worker.stop()
})

test('a listener that throws stops nothing', async () => {
  const { worker, lives } = setUp()
  worker.subscribe(() => {
    throw new Error('defect')
  })
  await worker.start(hooks())
  lives[0]!.connection.lose()
  await becomes(worker, () => worker.restarts === 1 && worker.state === 'serving')
  await worker.stop()
})
