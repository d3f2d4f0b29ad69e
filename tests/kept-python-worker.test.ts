import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectWorker } from '../src/engines/grpc-worker/connect-worker.ts'
import { createLog } from '../src/log.ts'
import { createPythonWorker } from '../src/workers/python/python-worker.ts'
import type { Worker } from '../src/workers/worker.ts'
import { isAlive } from './sandbox.ts'

const root = join(import.meta.dirname, '..')
const python = join(root, 'worker', '.venv', 'bin', 'python')

let folder: string
let workers: Worker[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-python-worker-'))
  workers = []
})
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()))
  rmSync(folder, { recursive: true })
})

function createWorker(source: string): Worker {
  const worker = createPythonWorker({
    id: 'python-1',
    model: 'pocket',
    source,
    python,
    environmentFolder: join(folder, 'python'),
    packageFolder: join(root, 'worker'),
    backend: 'transformers',
    device: 'cpu',
    dtype: undefined,
    parallel: 2,
    contextLength: undefined,
    arguments: [],
    settings: {
      connect: connectWorker,
      startTimeoutMs: 60_000,
      connectTimeoutMs: 5_000,
      reportTimeoutMs: 10_000,
      stallMs: 60_000,
      socketFolder: folder,
      log: createLog('silent'),
      logLevel: 'info',
    },
  })
  workers.push(worker)
  return worker
}

const hooks = () => ({ signal: new AbortController().signal, onProgress: () => undefined })

async function complete(worker: Worker): Promise<string> {
  const request = {
    prompt: { kind: 'text' as const, text: 'One day' },
    sampling: { temperature: 0 },
    stop: [],
  }
  const { engine } = worker.replicas()[0]!.replica
  const prepared = await engine!.prepare({ ...request, maxTokens: 8, ignoreEos: true })
  let text = ''
  for await (const event of prepared.generate(0, new AbortController().signal)) {
    if (event.type === 'text-delta') text += event.text
  }
  return text
}

// PyTorch needs seconds to start, more on a busy machine.
describe.runIf(existsSync(python))(
  `a Python worker (skipped without ${python})`,
  { timeout: 240_000 },
  () => {
    test('that is killed serves again with the same text, and nothing is left after stop', async () => {
      const worker = createWorker(join(root, 'pocket', 'hf'))
      await worker.start(hooks())
      const before = await complete(worker)
      expect(before).not.toBe('')
      const first = worker.processId!
      process.kill(first, 'SIGKILL')
      await expect.poll(() => [worker.state, worker.restarts], { timeout: 120_000 }).toEqual(['serving', 1])
      expect(await complete(worker)).toBe(before)
      const second = worker.processId!
      await worker.stop()
      expect([first, second].map(isAlive)).toEqual([false, false])
      expect(readdirSync(folder)).toEqual([])
    })

    test('of a folder without a model rejects with what it says, and nothing is left', async () => {
      const worker = createWorker(folder)
      await expect(worker.start(hooks())).rejects.toMatchObject({ code: 'invalid_model' })
      expect([worker.state, worker.processId]).toEqual(['failed', undefined])
      expect(readdirSync(folder)).toEqual([])
    })
  },
)
