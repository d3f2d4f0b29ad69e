import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Engine } from '../src/engine/engine.ts'
import type { LoadOptions } from '../src/engine/types.ts'
import { connectWorker } from '../src/engines/grpc-worker/connect-worker.ts'
import { createLog } from '../src/log.ts'
import { createHostWorker } from '../src/workers/host-worker.ts'
import type { Worker } from '../src/workers/worker.ts'
import type { WorkerSettings } from '../src/workers/worker-settings.ts'
import { isAlive, pocket } from './sandbox.ts'

let folder: string
let workers: Worker[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-hosts-'))
  workers = []
})
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()))
  rmSync(folder, { recursive: true })
})

const settings = (change: Partial<WorkerSettings> = {}): WorkerSettings => ({
  connect: connectWorker,
  startTimeoutMs: 30_000,
  connectTimeoutMs: 5_000,
  reportTimeoutMs: 10_000,
  stallMs: 60_000,
  socketFolder: folder,
  log: createLog('silent'),
  logLevel: 'info',
  ...change,
})
const small: Omit<LoadOptions, 'source'> = {
  contextLength: 512,
  parallel: 2,
  threads: 1,
  batchTokens: 64,
  gpuLayers: 0,
}
const hooks = () => ({ signal: new AbortController().signal, onProgress: () => undefined })

function createWorker(engine: string, source: string, change: Partial<WorkerSettings> = {}): Worker {
  const worker = createHostWorker({
    id: 'm-1',
    model: 'm',
    engine,
    load: { ...small, source },
    settings: settings(change),
  })
  workers.push(worker)
  return worker
}
const replicaOf = (worker: Worker) => worker.replicas()[0]!.replica

async function complete(engine: Engine | undefined, maxTokens = 8): Promise<string> {
  const request = {
    prompt: { kind: 'text' as const, text: 'One day' },
    sampling: { temperature: 0 },
    stop: [],
  }
  const prepared = await engine!.prepare({ ...request, maxTokens, ignoreEos: true })
  let text = ''
  for await (const event of prepared.generate(0, new AbortController().signal)) {
    if (event.type === 'text-delta') text += event.text
  }
  return text
}

const servesAgain = (worker: Worker, restarts: number) =>
  expect.poll(() => [worker.state, worker.restarts], { timeout: 30_000 }).toEqual(['serving', restarts])

const kinds: [string, string][] = [
  ['fake', 'fake:'],
  ['llama-cpp', pocket],
]

// Signals.
describe.skipIf(process.platform === 'win32')('an engine host', () => {
  test.each(kinds)(
    'of %s that is killed serves again, and nothing is left after stop',
    async (engine, source) => {
      const worker = createWorker(engine, source)
      await worker.start(hooks())
      const replica = replicaOf(worker)
      const before = await complete(replica.engine)
      const [firstEngine, firstProcess] = [replica.engine, worker.processId!]
      process.kill(firstProcess, 'SIGKILL')
      await servesAgain(worker, 1)
      expect(replica.engine).not.toBe(firstEngine)
      expect(worker.processId).not.toBe(firstProcess)
      expect(await complete(replica.engine)).toBe(before)
      const secondProcess = worker.processId!
      await worker.stop()
      expect([firstProcess, secondProcess].map(isAlive)).toEqual([false, false])
      expect(readdirSync(folder)).toEqual([])
      expect([worker.state, replica.state, replica.engine]).toEqual(['stopped', 'stopped', undefined])
    },
  )

  test('a request that runs when it is killed fails with the reason', async () => {
    const worker = createWorker('fake', 'fake:?tokens_per_second=20')
    await worker.start(hooks())
    const running = complete(replicaOf(worker).engine, 200)
    const refused = expect(running).rejects.toMatchObject({
      code: expect.stringMatching(/worker_lost|engine_failed/),
    })
    await expect.poll(() => replicaOf(worker).engine!.status().busySlots).toBe(1)
    const reasons: (string | undefined)[] = []
    worker.subscribe(() => reasons.push(worker.lastError?.message))
    process.kill(worker.processId!, 'SIGKILL')
    await refused
    await servesAgain(worker, 1)
    expect(reasons).toContain('the engine host of m was killed by SIGKILL')
  })

  test('that is stopped counts as stuck and is replaced', async () => {
    const worker = createWorker('fake', 'fake:', { reportTimeoutMs: 3_000 })
    await worker.start(hooks())
    const stuck = worker.processId!
    process.kill(stuck, 'SIGSTOP')
    await servesAgain(worker, 1)
    expect(isAlive(stuck)).toBe(false)
    expect(await complete(replicaOf(worker).engine)).not.toBe('')
  })

  test('with an invalid model rejects and leaves no process', async () => {
    const path = join(folder, 'broken.gguf')
    writeFileSync(path, 'GGUF and nothing more')
    const worker = createWorker('llama-cpp', path)
    await expect(worker.start(hooks())).rejects.toMatchObject({ code: 'invalid_model' })
    expect([worker.state, worker.processId]).toEqual(['failed', undefined])
    expect(readdirSync(folder)).toEqual(['broken.gguf'])
  })

  test('of an unknown engine says what there is', async () => {
    await expect(createWorker('nothing', 'x').start(hooks())).rejects.toThrow('there is no engine "nothing"')
  })

  test('called off while it loads leaves no process', async () => {
    const abort = new AbortController()
    const worker = createWorker('llama-cpp', pocket)
    const started = worker.start({ signal: abort.signal, onProgress: () => abort.abort() })
    await expect(started).rejects.toMatchObject({ code: 'cancelled' })
    expect(readdirSync(folder)).toEqual([])
  })

  test('drains: finishes what runs, and is not restarted when it ends', async () => {
    const worker = createWorker('fake', 'fake:?tokens_per_second=20')
    await worker.start(hooks())
    const running = complete(replicaOf(worker).engine, 60)
    await expect.poll(() => replicaOf(worker).engine!.status().busySlots).toBe(1)
    expect(await worker.drain(10_000)).toBe(0)
    expect(await running).not.toBe('')
    expect([worker.state, replicaOf(worker).state]).toEqual(['draining', 'draining'])
    process.kill(worker.processId!, 'SIGKILL')
    await expect.poll(() => worker.state).toBe('stopped')
    expect(worker.restarts).toBe(0)
  })

  test('that its operator ends with SIGTERM is replaced', async () => {
    const worker = createWorker('fake', 'fake:')
    await worker.start(hooks())
    const ended = worker.processId!
    process.kill(ended, 'SIGTERM')
    await servesAgain(worker, 1)
    expect(isAlive(ended)).toBe(false)
    expect(await complete(replicaOf(worker).engine)).not.toBe('')
  })

  test('ends when its parent is killed', async () => {
    const script = `
      import { createHostWorker } from ${JSON.stringify(join(import.meta.dirname, '../src/workers/host-worker.ts'))}
      import { connectWorker } from ${JSON.stringify(join(import.meta.dirname, '../src/engines/grpc-worker/connect-worker.ts'))}
      import { createLog } from ${JSON.stringify(join(import.meta.dirname, '../src/log.ts'))}
      const worker = createHostWorker({ id: 'm-1', model: 'm', engine: 'fake',
        load: ${JSON.stringify({ ...small, source: 'fake:' })},
        settings: { ...${JSON.stringify(settings())}, connect: connectWorker, log: createLog('silent') } })
      await worker.start({ signal: new AbortController().signal, onProgress() {} })
      console.log(worker.processId)
      setInterval(() => {}, 1000)`
    const path = join(folder, 'parent.ts')
    writeFileSync(path, script)
    const parent = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string]
    const host = Number(line)
    expect(isAlive(host)).toBe(true)
    parent.kill('SIGKILL')
    await expect.poll(() => isAlive(host), { timeout: 10_000 }).toBe(false)
  })
})
