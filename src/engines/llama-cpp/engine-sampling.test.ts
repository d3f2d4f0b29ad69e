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

test('a least length bans the end until it is reached, and no longer', async () => {
  const free = await ask('hello', { maxTokens: 200 })
  const length = free.finish.usage.completionTokens
  expect(free.finish.reason).toBe('stop')
  const exact = await ask('hello', { maxTokens: length, minTokens: length })
  expect(exact.finish).toMatchObject({ reason: 'length', usage: { completionTokens: length } })
  const later = await ask('hello', { maxTokens: 200, minTokens: length })
  expect(later.finish.usage.completionTokens).toBeGreaterThan(length)
  expect(later.finish.reason).toBe('stop')
  // Nothing is banned of what comes after it: the same as without it.
  expect(await ask('hello', { maxTokens: 200, minTokens: length - 1 })).toMatchObject({ answer: free.answer })
})

test('the ban ends without a trace: random state and penalties go on as if it had never been', async () => {
  const changes = { maxTokens: 60, stop: [] }
  const samplings: Sampling[] = [
    { temperature: 1.2, seed: 7, topK: 40 },
    { temperature: 0, presencePenalty: 1.5 },
    { temperature: 0.8, seed: 3, repetitionPenalty: 1.3, frequencyPenalty: 0.5 },
  ]
  for (const sampling of samplings) {
    const story = 'Tell me a long story about a robot and the moon.'
    const plain = await ask(story, { ...changes, sampling, ignoreEos: true })
    const least = await ask(story, { ...changes, sampling, minTokens: 10 })
    const [said, more] = [least.answer, plain.answer]
    // Until one of them may end and the other may not.
    expect(more.startsWith(said)).toBe(true)
    expect(least.finish.usage.completionTokens).toBeGreaterThan(20)
  }
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
