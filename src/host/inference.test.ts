import { afterEach, describe, expect, test } from 'vitest'
import type * as wire from '../contract/wire-types.ts'
import type { EngineLoader } from '../engine/engine.ts'
import { createFakeLoader } from '../engines/fake/fake-loader.ts'
import { completion, openWorker, textOf, type OpenWorker } from './open-worker.test-kit.ts'

let worker: OpenWorker
afterEach(() => worker.end())

const context = { model: 'm' }
const user = (text: string): wire.Message => ({ role: 'user', content: [{ text }] })

test('Complete: started, deltas, finished with usage and timings', async () => {
  worker = await openWorker('fake:?tokens=5')
  const events = await worker.stream('Complete', completion('hello')).ended
  expect(events[0]).toEqual({ started: { promptTokens: 5, promptTokenIds: [], promptLogprobs: [] } })
  expect(events.filter(({ delta }) => delta)).not.toEqual([])
  expect(events.at(-1)?.finished).toMatchObject({
    reason: 'FINISH_REASON_STOP',
    usage: { promptTokens: 5, completionTokens: 5 },
    timings: { prefillUs: expect.any(Number) },
  })
  expect(events.filter(({ started, finished }) => started ?? finished)).toHaveLength(2)
})

test('Chat answers messages, and what Tokenize gave for them in their place', async () => {
  worker = await openWorker('fake:?tokens=8')
  const chat: wire.ChatRequest = { context, messages: [user('hello')], sampling: { temperature: 0 } }
  const events = await worker.stream('Chat', chat).ended
  const { tokenIds = [], count } = await worker.unary('Tokenize', { context, chat })
  expect(events[0]?.started?.promptTokens).toBe(count)
  const again = await worker.stream('Chat', { ...chat, messages: [], promptTokenIds: { ids: tokenIds } })
    .ended
  expect(textOf(again)).toBe(textOf(events))
})

test('n choices come each with its own finish, and as they would alone', async () => {
  worker = await openWorker('fake:?tokens=20', { load: { parallel: 3 } })
  const request = (n: number, seed: number) => completion('once', { sampling: { temperature: 1, seed, n } })
  const events = await worker.stream('Complete', request(3, 7)).ended
  const finished = events.flatMap((event) => event.finished ?? [])
  expect(new Set(finished.map(({ index }) => index ?? 0))).toEqual(new Set([0, 1, 2]))
  expect(finished).toHaveLength(3)
  for (const choice of [0, 1, 2]) {
    const alone = await worker.stream('Complete', request(1, 7 + choice)).ended
    expect(textOf(events, choice)).toBe(textOf(alone))
  }
})

test('no choice waits for another to end', async () => {
  worker = await openWorker('fake:?stall_after=2', { load: { parallel: 3 } })
  const call = worker.stream('Complete', completion('once', { sampling: { n: 3 } }))
  const begun = () => new Set(call.received.flatMap(({ delta }) => (delta ? [delta.index ?? 0] : [])))
  await expect.poll(begun).toEqual(new Set([0, 1, 2]))
})

test('one choice that fails ends the call and the other choices', async () => {
  worker = await openWorker('fake:?fail_after=3', { load: { parallel: 1 } })
  const call = worker.stream('Complete', completion('hello', { sampling: { n: 2 } }))
  await expect(call.ended).rejects.toMatchObject({ code: 'engine_failed' })
  expect(call.received.some(({ finished }) => finished)).toBe(false)
  const load = await worker.unary('GetLoad', {})
  expect(load.models).toMatchObject([{ runningRequests: 0, waitingRequests: 0 }])
})

test('stream=false: no deltas, the whole choice in its finish', async () => {
  worker = await openWorker('fake:?tokens=6')
  const greedy = { sampling: { temperature: 0, n: 2 } }
  const streamed = await worker.stream('Complete', completion('hello', greedy)).ended
  const whole = await worker.stream(
    'Complete',
    completion('hello', { ...greedy, response: { stream: false } }),
  ).ended
  expect(whole.filter(({ delta }) => delta)).toEqual([])
  const finished = whole.flatMap((event) => event.finished ?? [])
  expect(finished.map(({ full }) => full?.text)).toEqual([textOf(streamed, 0), textOf(streamed, 1)])
  expect(finished.map(({ full }) => full?.numTokens)).toEqual([6, 6])
})

describe('a request for another model', () => {
  const other = { model: 'n' }
  test.each([
    ['Chat', { context: other, messages: [user('hello')] }],
    ['Complete', { context: other, text: 'hello' }],
    ['Complete', { text: 'no context at all' }],
  ] as const)('is refused by %s', async (method, request) => {
    worker = await openWorker()
    const asked = 'context' in request ? 'n' : ''
    await expect(worker.stream(method, request).ended).rejects.toMatchObject({
      code: 'model_not_found',
      message: `this worker serves "m", not "${asked}"`,
    })
  })

  test.each([
    ['Embed', { context: other, inputs: [{ text: 'hello' }] }],
    ['Tokenize', { context: other, text: 'hello' }],
    ['Detokenize', { context: other, tokenIds: [1] }],
  ] as const)('is refused by %s', async (method, request) => {
    worker = await openWorker()
    await expect(worker.unary(method, request)).rejects.toMatchObject({ code: 'model_not_found' })
  })

  test('whose name is as long as a book, with half a character in it, is refused like any other', async () => {
    worker = await openWorker()
    const request = completion('hello', { context: { model: '水'.repeat(100_000) } })
    await expect(worker.stream('Complete', request).ended).rejects.toMatchObject({ code: 'model_not_found' })
  })
})

test.each([
  ['tools', { tools: [{ name: 'f' }] }],
  ['role', { messages: [{ role: 'alien' }] }],
  ['structured_output', { structuredOutput: { jsonObject: true } }],
  ['cache_salt', { context: { model: 'm', cacheSalt: 'a' } }],
  ['bypass_prefix_cache', { context: { model: 'm', bypassPrefixCache: true } }],
  ['priority', { context: { model: 'm', priority: 1 } }],
  ['n', { sampling: { n: 0 } }],
  ['n', { sampling: { n: 5000 } }],
])('what it cannot do is refused by its name: %s', async (param, change) => {
  worker = await openWorker()
  const { ended } = worker.stream('Chat', { context, messages: [user('hello')], ...change })
  await expect(ended).rejects.toMatchObject({
    code: expect.stringMatching('unsupported_parameter|invalid_request'),
    param,
  })
})

test('a prompt that does not fit is refused with the numbers, before Started', async () => {
  worker = await openWorker()
  const call = worker.stream('Complete', completion('gate '.repeat(600)))
  await expect(call.ended).rejects.toMatchObject({
    code: 'context_length_exceeded',
    details: { n_ctx: 512, n_prompt_tokens: expect.any(Number) },
  })
  expect(call.received).toEqual([])
})

test('an engine without embeddings says so as a feature', async () => {
  worker = await openWorker()
  const error = await worker
    .unary('Embed', { context, inputs: [{ text: 'a' }] })
    .catch((cause: unknown) => cause)
  expect(error).toMatchObject({ code: 'unsupported_parameter', cause: { code: 12 } })
})

test('one with embeddings gives them as bytes, and refuses what it cannot', async () => {
  const fake = createFakeLoader()
  const loader: EngineLoader = {
    kind: 'fake',
    load: async (options, hooks) => ({
      ...(await fake.load(options, hooks)),
      embed: async ({ inputs, dimensions }) => ({
        vectors: inputs.map(() => Float32Array.of(0.5, -1).subarray(0, dimensions)),
        promptTokens: inputs.length,
      }),
    }),
  }
  worker = await openWorker('fake:', { loader })
  const request = { context, inputs: [{ text: 'a' }, { tokenIds: { ids: [1] } }] }
  const { embeddings = [], usage } = await worker.unary('Embed', request)
  expect(usage).toMatchObject({ promptTokens: 2 })
  expect(embeddings).toMatchObject([{ dimensions: 2 }, { index: 1, dimensions: 2 }])
  expect(Buffer.from(embeddings[1]!.f32le!).toString('hex')).toBe('0000003f000080bf')
  expect((await worker.unary('Embed', { ...request, dimensions: 1 })).embeddings).toMatchObject([
    { dimensions: 1 },
    { dimensions: 1 },
  ])
  expect((await worker.unary('GetWorkerInfo', {})).features).toContain('embed')
  await expect(worker.unary('Embed', { ...request, truncate: true })).rejects.toMatchObject({
    param: 'truncate',
  })
})

test('the queue is bounded: who comes after it is told when to come back', async () => {
  worker = await openWorker('fake:?stall_after=1', { maxQueue: 1, load: { parallel: 1 } })
  const calls = [0, 1].map(() => worker.stream('Complete', completion('hello')))
  await Promise.all(calls.map((call) => call.until(1)))
  const third = worker.stream('Complete', completion('hello'))
  await expect(third.ended).rejects.toMatchObject({ code: 'queue_full', retryAfterMs: 1000 })
  expect((await worker.unary('GetLoad', {})).models).toMatchObject([
    { runningRequests: 1, waitingRequests: 1 },
  ])
})

describe('Tokenize', () => {
  test('text, with and without its special tokens, checked or not', async () => {
    worker = await openWorker()
    const ask = (request: wire.TokenizeRequest) => worker.unary('Tokenize', { context, ...request })
    const plain = await ask({ text: 'the gate', addSpecialTokens: false })
    expect(plain).toMatchObject({ count: plain.tokenIds!.length, contextLength: 512 })
    expect(await worker.unary('Detokenize', { context, tokenIds: plain.tokenIds! })).toEqual({
      text: 'the gate',
    })
    expect(await ask({ text: 'the gate', checkLength: true })).toEqual(plain)
    expect(await ask({ text: 'the gate' })).toEqual(plain)
    expect((await ask({ text: ' gate'.repeat(600) })).count).toBe(600)
    for (const addSpecialTokens of [true, false]) {
      const refused = ask({ text: ' gate'.repeat(600), checkLength: true, addSpecialTokens })
      await expect(refused).rejects.toMatchObject({ code: 'context_length_exceeded' })
    }
  })

  test('token ids are counted, and checked where asked', async () => {
    worker = await openWorker()
    const ask = (ids: number[], checkLength: boolean) =>
      worker.unary('Tokenize', { context, tokenIds: { ids }, checkLength })
    expect(await ask([1, 2, 3], true)).toMatchObject({ tokenIds: [], count: 3 })
    expect(await ask(Array<number>(600).fill(1), false)).toMatchObject({ count: 600 })
    await expect(ask(Array<number>(600).fill(1), true)).rejects.toMatchObject({
      code: 'context_length_exceeded',
    })
    await expect(ask([4_000_000_000], true)).rejects.toMatchObject({ code: 'invalid_request' })
  })

  test('what the engine cannot tell is refused', async () => {
    worker = await openWorker()
    const pieces = worker.unary('Tokenize', { context, text: 'a', withPieces: true })
    await expect(pieces).rejects.toMatchObject({ code: 'unsupported_parameter', param: 'with_pieces' })
    const skipping = worker.unary('Detokenize', { context, tokenIds: [1], skipSpecialTokens: true })
    await expect(skipping).rejects.toMatchObject({ param: 'skip_special_tokens' })
  })
})
