import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type * as wire from '../contract/wire-types.ts'
import type { EngineEvent, GenerateRequest } from '../engine/types.ts'
import { llamaCppLoader } from '../engines/llama-cpp/loader.ts'
import { completion, loadOptions, openWorker, textOf, type OpenWorker } from './open-worker.test-kit.ts'

/** The real engine behind the real wire, beside the same engine without it. */
const pocket = join(import.meta.dirname, '..', '..', 'pocket', 'pocket.gguf')
const context = { model: 'm' }
const chat: wire.ChatRequest = {
  context,
  messages: [{ role: 'user', content: [{ text: 'What is ' }, { text: '7 + 5?' }] }],
  sampling: { temperature: 0 },
  stop: { maxOutputTokens: 16 },
}
const request: GenerateRequest = {
  prompt: { kind: 'chat', messages: [{ role: 'user', text: 'What is 7 + 5?' }] },
  sampling: { temperature: 0 },
  maxTokens: 16,
  stop: [],
  ignoreEos: false,
}

let worker: OpenWorker
beforeAll(async () => {
  worker = await openWorker(pocket, { loader: llamaCppLoader })
})
afterAll(() => worker.end())

test('the wire changes nothing of an answer', async () => {
  const never = new AbortController().signal
  const engine = await llamaCppLoader.load(loadOptions(pocket), { signal: never, onProgress() {} })
  const prepared = await engine.prepare(request)
  const events: EngineEvent[] = []
  for await (const event of prepared.generate(0, never)) events.push(event)
  const alone = events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')
  const { tokenIds } = await worker.unary('Tokenize', { context, chat })
  expect(tokenIds).toEqual(prepared.promptTokenIds!())
  expect(tokenIds).toHaveLength(prepared.promptTokens)
  await engine.close()

  const answer = await worker.stream('Chat', chat).ended
  expect(textOf(answer)).toBe(alone)
  expect(alone).toContain('12')
  const again = await worker.stream('Chat', { ...chat, messages: [], promptTokenIds: { ids: tokenIds! } })
    .ended
  expect(textOf(again)).toBe(alone)
})

test('Tokenize gives what Complete would use, start token included where the model wants one', async () => {
  const ask = (change: wire.TokenizeRequest) =>
    worker.unary('Tokenize', { context, text: 'One day the gate', ...change })
  const asPrompt = await ask({ checkLength: true })
  expect(await ask({})).toEqual(asPrompt)
  const started = await worker.stream(
    'Complete',
    completion('One day the gate', { stop: { maxOutputTokens: 1 } }),
  ).ended
  expect(started[0]?.started?.promptTokens).toBe(asPrompt.count)
  const plain = await ask({ addSpecialTokens: false })
  expect(asPrompt.tokenIds!.slice(-plain.count!)).toEqual(plain.tokenIds)
})

test('loading tells how far it is; a cancelled call frees its slot after the step in flight', async () => {
  const load = {
    id: 'n',
    source: pocket,
    contextLength: 256,
    maxConcurrentRequests: 1,
    threads: 1,
    gpuLayers: 0,
  }
  const events = await worker.stream('LoadModel', load).ended
  expect(events.at(-1)).toMatchObject({
    phase: 'READY',
    model: { architecture: 'llama', contextLength: 256 },
  })
  const { call, until } = worker.stream(
    'Complete',
    completion('Once', { context: { model: 'n' }, stop: { ignoreEos: true } }),
  )
  await until(3)
  call.cancel()
  const isFree = async () => {
    const { models = [] } = await worker.unary('GetLoad', {})
    const [own] = models.filter(({ model }) => model === 'n')
    return own?.runningRequests === 0 && own.cancelledRequestsTotal === 1
  }
  await expect.poll(isFree).toBe(true)
  expect(await worker.unary('UnloadModel', { id: 'n' })).toEqual({ endedRequests: 0 })
})
