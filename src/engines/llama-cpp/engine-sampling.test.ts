import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GenerateRequest, Sampling } from '../../engine/types.ts'
import type { LlamaCppEngine } from './engine.ts'
import { llamaCppLoader } from './loader.ts'

const source = fileURLToPath(new URL('../../../pocket/pocket.gguf', import.meta.url))
let engine: LlamaCppEngine

beforeAll(async () => {
  engine = await llamaCppLoader.load(
    { source, contextLength: 512, parallel: 16, threads: 1, batchTokens: 256, gpuLayers: 0 },
    { signal: new AbortController().signal, onProgress() {} },
  )
})
afterAll(() => engine.close())

async function ask(text: string, change: Partial<GenerateRequest> = {}) {
  const prepared = await engine.prepare({
    prompt: { kind: 'chat', messages: [{ role: 'user', text }] },
    sampling: { temperature: 0 },
    maxTokens: 40,
    stop: [],
    ignoreEos: false,
    ...change,
  })
  let answer = ''
  for await (const event of prepared.generate(0, new AbortController().signal)) {
    if (event.type === 'text-delta') answer += event.text
    if (event.type === 'finish') return { answer, finish: event }
  }
  throw new Error('no finish')
}
const sample = (sampling: Sampling, change: Partial<GenerateRequest> = {}) =>
  ask('Tell me a short story.', { sampling, ignoreEos: true, ...change })

test('a greeting ends by itself, and shows no control token', async () => {
  const { answer, finish } = await ask('hello')
  expect(finish.reason).toBe('stop')
  expect(answer).not.toMatch(/<\|/)
  expect(answer.trim()).not.toBe('')
})

test('ignoring the end token gives as many tokens as asked for', async () => {
  const { finish } = await ask('hello', { ignoreEos: true, maxTokens: 64 })
  expect(finish).toMatchObject({ reason: 'length', usage: { completionTokens: 64 } })
})

test('top_k 1, top_p 0 and min_p 1 leave the greedy choice, at any temperature', async () => {
  const greedy = (await sample({ temperature: 0 })).answer
  for (const narrow of [{ topK: 1 }, { topP: 0 }, { minP: 1 }]) {
    expect((await sample({ temperature: 2, seed: 5, ...narrow })).answer).toBe(greedy)
  }
  expect((await sample({ temperature: 2, seed: 5 })).answer).not.toBe(greedy)
})

test('penalties reach the tokens already said, and a slot keeps nothing of them', async () => {
  // The model would repeat itself for ever; so strong a penalty makes every token come once.
  const moons = { prompt: { kind: 'text' as const, text: 'moon moon moon moon' }, maxTokens: 60 }
  const plain = (await sample({ temperature: 0 }, moons)).answer
  for (const penalty of [{ presencePenalty: 90 }, { frequencyPenalty: 90 }, { repetitionPenalty: 1e6 }]) {
    const { answer } = await sample({ temperature: 0, ...penalty }, moons)
    expect(answer.split('moon').length).toBeLessThanOrEqual(3)
    expect(answer).not.toBe(plain)
    expect((await sample({ temperature: 0 }, moons)).answer).toBe(plain)
  }
})

test('a forced token is all that comes', async () => {
  const [token] = await engine.tokenize('moon')
  const { answer } = await sample({ temperature: 1, logitBias: new Map([[token!, 100]]) })
  expect(answer).toBe((await engine.detokenize([token!])).repeat(40))
})

test('a logit bias for a token that does not exist is refused', async () => {
  const logitBias = new Map([[10 ** 6, 1]])
  await expect(sample({ logitBias })).rejects.toMatchObject({ code: 'invalid_request', param: 'logit_bias' })
})

test('sixteen streams are decoded in steps of sixteen', async () => {
  const before = engine.status().counters.stepsByBatchSize[16] ?? 0
  const stories = Array.from({ length: 16 }, (_, index) => `Tell me a story about number ${index}.`)
  await Promise.all(stories.map((text) => ask(text, { ignoreEos: true, maxTokens: 32 })))
  expect(engine.status().counters.stepsByBatchSize[16]! - before).toBeGreaterThanOrEqual(24)
})

// Two threads on two busy cores can take a second per step.
test('threads can be changed between steps', { timeout: 60_000 }, async () => {
  const before = (await ask('hello', { maxTokens: 2 })).answer
  engine.setThreads(2)
  expect((await ask('hello', { maxTokens: 2 })).answer).toBe(before)
  engine.setThreads(1)
})
