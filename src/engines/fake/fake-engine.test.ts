import { expect, test } from 'vitest'
import { engineContract } from '../../engine/contract.test-kit.ts'
import type { LoadOptions } from '../../engine/types.ts'
import { createFakeLoader } from './fake-loader.ts'

const options: Omit<LoadOptions, 'source'> = {
  contextLength: 512,
  parallel: 2,
  threads: undefined,
  batchTokens: 64,
  gpuLayers: 'auto',
}
const hooks = { signal: new AbortController().signal, onProgress() {} }
const load = (source: string, change: Partial<LoadOptions> = {}) =>
  createFakeLoader().load({ ...options, source, ...change }, hooks)

engineContract('fake', { createEngine: (change) => load('fake:', change) })
engineContract('fake with a speed', {
  createEngine: (change) => load('fake:?tokens_per_second=5000&prefill_tokens_per_second=100000', change),
})

const request = {
  prompt: { kind: 'text' as const, text: 'hello' },
  sampling: {},
  stop: [],
  ignoreEos: false,
}

test('ends by itself after as many tokens as the source says', async () => {
  const engine = await load('fake:?tokens=5')
  const prepared = await engine.prepare(request)
  const events = []
  for await (const event of prepared.generate(0, hooks.signal)) events.push(event)
  expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop', usage: { completionTokens: 5 } })
})

test('fails in mid-stream when the source says so, and frees its slot', async () => {
  const engine = await load('fake:?tokens=5&fail_after=2')
  const prepared = await engine.prepare(request)
  const read = async () => {
    let tokens = 0
    for await (const event of prepared.generate(0, hooks.signal)) if (event.type === 'text-delta') tokens++
    return tokens
  }
  await expect(read()).rejects.toMatchObject({ code: 'engine_failed' })
  expect(engine.status()).toMatchObject({ busySlots: 0, counters: { decodeTokens: 2, cancelled: 0 } })
})

test('stalls when the source says so: the age of the last step grows until the request is cancelled', async () => {
  const engine = await load('fake:?stall_after=2')
  const abort = new AbortController()
  const iterator = (await engine.prepare(request)).generate(0, abort.signal)[Symbol.asyncIterator]()
  expect(engine.status().stepAgeMs).toBe(0)
  for (let tokens = 0; tokens < 2;) tokens += (await iterator.next()).value?.type === 'text-delta' ? 1 : 0
  const next = iterator.next()
  const { stepAgeMs } = engine.status()
  await expect.poll(() => engine.status().stepAgeMs).toBeGreaterThan(stepAgeMs)
  expect(engine.status()).toMatchObject({ busySlots: 1, counters: { decodeTokens: 2 } })
  abort.abort()
  await expect(next).rejects.toMatchObject({ code: 'cancelled' })
  expect(engine.status()).toMatchObject({ busySlots: 0, stepAgeMs: 0 })
})

test.each(['model.gguf', 'fake:?speed=1', 'fake:?tokens=many', 'fake:?tokens=', 'fake:?tokens=-1'])(
  'the source %j is refused by name',
  async (source) => {
    await expect(load(source)).rejects.toMatchObject({
      code: 'invalid_model',
      message: expect.stringContaining(source),
    })
  },
)

test('loading can be cancelled', async () => {
  const abort = new AbortController()
  const loading = createFakeLoader().load(
    { ...options, source: 'fake:?load_ms=600000' },
    { signal: abort.signal, onProgress() {} },
  )
  abort.abort()
  await expect(loading).rejects.toMatchObject({ code: 'cancelled' })
})

test('faults end: the first generations fail as asked, the rest are well', async () => {
  const engine = await load('fake:?fail_after=1&faults=2&tokens=3')
  const prepared = await engine.prepare(request)
  const read = async () => {
    let last
    for await (const event of prepared.generate(0, hooks.signal)) last = event.type
    return last
  }
  await expect(read()).rejects.toMatchObject({ code: 'engine_failed' })
  await expect(read()).rejects.toMatchObject({ code: 'engine_failed' })
  expect(await read()).toBe('finish')
})
