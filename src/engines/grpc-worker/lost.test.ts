import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import {
  openConnection,
  openEngine,
  openWorker,
  readAll,
  request,
  start,
} from './open-connection.test-kit.ts'
import { AppError } from '../../errors.ts'
import { delta, openScriptedWorker, started } from './scripted-worker.test-kit.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-lost-'))
const children: ChildProcess[] = []
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const script = fileURLToPath(new URL('./scripted-worker-process.test-kit.ts', import.meta.url))

async function startProcess(listen: string) {
  const child = fork(script, [listen])
  children.push(child)
  const [target] = (await once(child, 'message')) as [string]
  return { child, target }
}
const lostCode = { code: 'worker_lost' }

test.each([`unix:${join(folder, 'w.sock')}`, '127.0.0.1:0'])(
  'killed on %s: every stream ends with worker_lost, and nothing new starts',
  async (listen) => {
    const { child, target } = await startProcess(listen)
    const connection = await openConnection({ target })
    const engine = await connection.engine('m')
    const iterators = await Promise.all(Array.from({ length: 16 }, () => start(engine)))
    for (const iterator of iterators)
      expect((await iterator.next()).value).toMatchObject({ type: 'text-delta' })
    const prepared = await engine.prepare(request())
    expect(engine.status()).toMatchObject({ busySlots: 2, waiting: 14 })
    child.kill('SIGKILL')
    const ends = await Promise.all(iterators.map(readAll))
    for (const { error } of ends)
      expect(error).toMatchObject({ code: 'worker_lost', message: expect.stringContaining('worker w ') })
    expect(await connection.lost).toMatchObject(lostCode)
    expect(engine.status()).toMatchObject({ busySlots: 0, waiting: 0 })
    await expect(engine.prepare(request())).rejects.toMatchObject(lostCode)
    await expect(connection.models()).rejects.toMatchObject(lostCode)
    const late = prepared.generate(0, new AbortController().signal)[Symbol.asyncIterator]()
    await expect(late.next()).rejects.toMatchObject(lostCode)
  },
)

test('killed between prepare and generate', async () => {
  const { child, target } = await startProcess(`unix:${join(folder, 'between.sock')}`)
  const engine = await (await openConnection({ target })).engine('m')
  const prepared = await engine.prepare(request())
  child.kill('SIGKILL')
  const generating = prepared.generate(0, new AbortController().signal)[Symbol.asyncIterator]()
  expect((await readAll(generating)).error).toMatchObject(lostCode)
})

test('left while the worker dies: leaving resolves', async () => {
  const { child, target } = await startProcess(`unix:${join(folder, 'left.sock')}`)
  const engine = await (await openConnection({ target })).engine('m')
  const iterator = await start(engine)
  await iterator.next()
  child.kill('SIGSTOP')
  const left = iterator.return!()
  child.kill('SIGKILL')
  await left
  expect(engine.status()).toMatchObject({ busySlots: 0, waiting: 0 })
})

test('a worker that stands still: its reports stop', async () => {
  const { child, target } = await startProcess(`unix:${join(folder, 'stopped.sock')}`)
  const connection = await openConnection({ target }, { reportTimeoutMs: 2000 })
  const iterator = await start(await connection.engine('m'))
  await iterator.next()
  child.kill('SIGSTOP')
  const { error } = await readAll(iterator)
  expect(error).toMatchObject({ code: 'worker_lost', message: 'worker w has been silent for 2 s' })
  expect(await connection.lost).toBe(error)
})

test('an engine that accepts requests and generates nothing', async () => {
  const { worker, connection, engine } = await openEngine({ reports: 'by-hand' }, { stallMs: 1_000 })
  const iterator = await start(engine)
  ;(await worker.called(1)).write(started)
  worker.load = { model: 'm', runningRequests: 1, maxRunningRequests: 2, stepAgeMs: 1_500, stepsTotal: 9 }
  worker.sendReport()
  worker.load.stepAgeMs = 1_750
  worker.sendReport()
  const error = await connection.lost
  expect(error).toMatchObject({
    code: 'worker_lost',
    message: 'worker w accepts requests for m but generates nothing since 1.8 s',
  })
  expect((await readAll(iterator)).error).toBe(error)
})

test('a long step is no stall while steps are made, nor without work', async () => {
  const { worker, connection, engine } = await openEngine({ reports: 'by-hand' })
  const reported = (steps: number) => expect.poll(() => engine.status().counters.steps).toBe(steps)
  const busy = { model: 'm', runningRequests: 1, maxRunningRequests: 2, stepAgeMs: 5_000 }
  for (const stepsTotal of [1, 2, 3]) {
    worker.load = { ...busy, stepsTotal }
    worker.sendReport()
    await reported(stepsTotal)
  }
  worker.load = { ...busy, stepsTotal: 3, runningRequests: 0, decodeTokensTotal: 7 }
  worker.sendReport()
  await expect.poll(() => engine.status().counters.decodeTokens).toBe(7)
  expect(await Promise.race([connection.lost, Promise.resolve('there')])).toBe('there')
})

test('another instance behind the same reports', async () => {
  const { worker, connection } = await openEngine({ reports: 'by-hand' })
  worker.report.instanceId = 'two'
  worker.sendReport()
  expect(await connection.lost).toMatchObject({ code: 'worker_lost', message: 'worker w was restarted' })
})

test('a restart on the same address: the connection stays lost, and a new one is the new instance', async () => {
  const listen = `unix:${join(folder, 'same.sock')}`
  const first = await openScriptedWorker({ listen })
  const connection = await openConnection(first)
  const engine = await connection.engine('m')
  await first.close()
  expect(await connection.lost).toMatchObject(lostCode)
  const second = await openWorker({ listen, info: { instanceId: 'two' } })
  await expect(engine.prepare(request())).rejects.toMatchObject(lostCode)
  await expect(connection.engine('m')).rejects.toMatchObject(lostCode)
  expect((await openConnection(second)).identity.instanceId).toBe('two')
})

test('a worker that shuts down in order takes nothing new, and ends what it has', async () => {
  const { worker, connection, engine } = await openEngine()
  const iterator = await start(engine)
  const call = await worker.called(1)
  call.write(delta('almost'))
  await iterator.next()
  let told = 0
  connection.subscribe(() => told++)
  worker.leave()
  await expect.poll(() => connection.report().draining).toBe(true)
  await expect(engine.prepare(request())).rejects.toMatchObject({ code: 'draining' })
  call.write(delta(' done'))
  expect((await iterator.next()).value).toMatchObject({ text: ' done' })
  expect(told).toBeGreaterThan(0)
})

/** An answer has begun; `ended` is its end. */
async function openAnswering(options?: Parameters<typeof openEngine>[0]) {
  const opened = await openEngine(options)
  const iterator = await start(opened.engine)
  const call = await opened.worker.called(1)
  call.write(delta('text'))
  await iterator.next()
  return { ...opened, call, ended: readAll(iterator) }
}

test('lost and closed in the same moment: what runs has the reason of the loss', async () => {
  const { worker, connection, engine, ended } = await openAnswering({ reports: 'by-hand' })
  worker.report.instanceId = 'two'
  worker.sendReport()
  const reason = await connection.lost
  await connection.close()
  expect((await ended).error).toMatchObject(lostCode)
  await expect(engine.prepare(request())).rejects.toBe(reason)
})

test('closed because its process is gone: what runs, and what comes, has that reason', async () => {
  const { connection, engine, ended } = await openAnswering()
  const gone = new AppError('worker_lost', 'the engine host of m was killed by SIGKILL')
  await connection.close(gone)
  expect((await ended).error).toBe(gone)
  await expect(engine.prepare(request())).rejects.toBe(gone)
})

test('closing ends what runs with engine_failed and frees it in the worker; it may be done twice', async () => {
  const { worker, connection, engine, call, ended } = await openAnswering()
  await Promise.all([connection.close(), connection.close()])
  const unloaded = { code: 'engine_failed', message: 'the model was unloaded' }
  expect((await ended).error).toMatchObject(unloaded)
  expect(worker.aborted).toEqual([[call.request.context?.requestId]])
  await expect(engine.prepare(request())).rejects.toMatchObject(unloaded)
  await expect(connection.engine('m')).rejects.toMatchObject(unloaded)
  expect(await Promise.race([connection.lost, Promise.resolve('not lost')])).toBe('not lost')
})
