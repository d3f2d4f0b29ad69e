import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { engineContract } from '../engine/contract.test-kit.ts'
import type { Engine, EngineLoader } from '../engine/engine.ts'
import type { LoadOptions } from '../engine/types.ts'
import { createFakeLoader } from '../engines/fake/fake-loader.ts'
import { connectWorker } from '../engines/grpc-worker/connect-worker.ts'
import { llamaCppLoader } from '../engines/llama-cpp/loader.ts'
import { createWorkerServer } from './worker-server.ts'

const pocket = fileURLToPath(new URL('../../pocket/pocket.gguf', import.meta.url))
const hooks = { signal: new AbortController().signal, onProgress() {} }

/** The engine of a worker, which takes server, connection and socket with it when it closes. */
async function openRemote(loader: EngineLoader, load: LoadOptions): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-contract-'))
  const server = createWorkerServer({ loader })
  const target = await server.listen(`unix:${join(folder, 'w.sock')}`)
  const limits = { timeoutMs: 10_000, reportTimeoutMs: 10_000, stallMs: 10_000 }
  const connection = await connectWorker({ target }, { signal: hooks.signal, ...limits })
  const engine = await connection.loadModel('m', load, hooks)
  return {
    ...engine,
    async close() {
      await engine.close()
      await connection.close()
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const size = { contextLength: 1_000_000, parallel: 64, batchTokens: 512 }
const request = {
  prompt: { kind: 'text' as const, text: 'One day' },
  sampling: {},
  stop: [],
  ignoreEos: true,
}
const options = { threads: undefined, gpuLayers: 0 } as const

engineContract('the fake engine in a worker', {
  createEngine: (change) => openRemote(createFakeLoader(), { ...options, ...change, source: 'fake:' }),
})
engineContract('the fake engine with a speed in a worker', {
  createEngine: (change) =>
    openRemote(createFakeLoader(), {
      ...options,
      ...change,
      source: 'fake:?tokens_per_second=5000&prefill_tokens_per_second=100000',
    }),
})
engineContract('llama.cpp in a worker', {
  // One thread: test files run side by side, and llama.cpp's threads spin while they wait for each other.
  createEngine: (change) => openRemote(llamaCppLoader, { ...options, ...change, threads: 1, source: pocket }),
})

test('a connection outlives any number of requests that are given up', { timeout: 30_000 }, async () => {
  const source = 'fake:?tokens_per_second=1000'
  const engine = await openRemote(createFakeLoader(), { ...options, ...size, source })
  const giveUp = async () => {
    for await (const event of (await engine.prepare(request)).generate(0, hooks.signal))
      if (event.type === 'text-delta') break
  }
  const stays = (await engine.prepare(request)).generate(0, hooks.signal)[Symbol.asyncIterator]()
  await stays.next()
  // Node's HTTP/2 server takes 1000 reset streams at once, and closes the connection at the next.
  for (let round = 0; round < 24; round++) await Promise.all(Array.from({ length: 50 }, giveUp))
  expect(engine.status()).toMatchObject({ busySlots: 1, waiting: 0 })
  expect((await stays.next()).value).toMatchObject({ type: 'text-delta' })
  await stays.return!()
  await engine.close()
})
