import { resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Engine } from '../engine/engine.ts'
import { engineLoaders } from '../engines/registry.ts'
import { measureEngine } from './measure-engine.ts'
import type { MeterMessage, MeterTest } from './meter-test.ts'
import { createPromptSource } from './prompt-source.ts'
import { timeTest } from './time-test.ts'

const source = resolve(import.meta.dirname, '../../pocket/pocket.gguf')
const slots = 3
let engine: Engine
beforeAll(async () => {
  const loader = await engineLoaders['llama-cpp']!()
  engine = await loader.load(
    { source, contextLength: 256, parallel: slots, threads: 1, batchTokens: 64, gpuLayers: 0 },
    { signal: new AbortController().signal, onProgress() {} },
  )
})
afterAll(() => engine.close())

const vocabularySize = 500
const testOf = (changes: Partial<MeterTest>): MeterTest => ({
  kind: 'prefill',
  tokens: 20,
  depth: 0,
  batch: slots,
  ...changes,
})

test.each([
  testOf({}),
  testOf({ tokens: 100, batch: 1 }),
  testOf({ depth: 70 }),
  testOf({ kind: 'decode', tokens: 8 }),
  testOf({ kind: 'decode', tokens: 8, depth: 70 }),
])('$kind of $tokens at depth $depth with $batch: each repetition does the same work', async (timed) => {
  const prompts = createPromptSource(vocabularySize)
  const work = []
  for (let repetition = 0; repetition < 3; repetition += 1) {
    const before = engine.status().counters
    expect(await timeTest(engine, timed, prompts)).toBeGreaterThan(0)
    const after = engine.status().counters
    work.push(after.decodeTokens - before.decodeTokens)
  }
  // Nothing is sampled but what was asked for, and a token for each prompt that is held.
  const held = timed.depth > 0 ? timed.batch : 0
  expect(work).toEqual(Array(3).fill(held + timed.batch * (timed.kind === 'decode' ? timed.tokens : 1)))
})

test('a prompt that a cache knows is refused as a measurement', async () => {
  const same = { held: () => [[]], fresh: (length: number) => Array<number>(length).fill(7) }
  const timed = testOf({ batch: 1, tokens: 30 })
  await timeTest(engine, timed, same)
  await expect(timeTest(engine, timed, same)).rejects.toThrow(
    'took 29 from its cache, where 30 and 0 were planned',
  )
})

test('sequences that cannot run together are refused too', async () => {
  const timed = testOf({ kind: 'decode', tokens: 8, batch: slots + 1 })
  await expect(timeTest(engine, timed, createPromptSource(vocabularySize))).rejects.toThrow(
    'did not run together',
  )
})

test('all tests, those of a batch size on one engine, each with its repetitions', async () => {
  const messages: MeterMessage[] = []
  const tests = [testOf({ batch: 1 }), testOf({ kind: 'decode', batch: 2, tokens: 4 })]
  const given = {
    engine: 'llama-cpp',
    source,
    tests,
    repetitions: 2,
    threads: 1,
    batchTokens: 512,
    gpuLayers: 0,
  }
  await measureEngine(given, await engineLoaders['llama-cpp']!(), (message) => messages.push(message))
  expect(messages.map(({ type }) => type)).toEqual([
    'loaded', 'progress', 'progress', 'progress', 'measured', 'progress', 'progress', 'progress', 'measured', 'finished',
  ]) // prettier-ignore
  expect(messages[0]).toMatchObject({ model: { architecture: 'llama', quantization: 'Q8_0' } })
  expect(messages[4]).toMatchObject({
    test: tests[0],
    milliseconds: [expect.any(Number), expect.any(Number)],
  })
  expect(messages[8]).toMatchObject({ test: tests[1], threads: 1 })
})
