import { expect, test } from 'vitest'
import type * as wire from '../../contract/wire-types.ts'
import { AppError } from '../../errors.ts'
import { never, openEngine, readAll, request, start } from './open-connection.test-kit.ts'
import { finished, scriptedModel, started, unary } from './scripted-worker.test-kit.ts'

const chat = { kind: 'chat' as const, messages: [{ role: 'user' as const, text: 'hi' }] }

/** What arrives at the worker. */
async function send(change: Parameters<typeof request>[0], choice = 0, script = {}) {
  const { worker, engine } = await openEngine(script)
  const prepared = await engine.prepare(request(change))
  const iterator = prepared.generate(choice, never)[Symbol.asyncIterator]()
  const call = await worker.called(1)
  call.write(started)
  call.write(finished)
  await readAll(iterator)
  return { prepared, request: call.request, path: call.getPath() }
}

test('what it is, the worker has told', async () => {
  const { engine } = await openEngine()
  expect(engine.kind).toBe('scripted')
  expect(engine.info).toMatchObject({ contextLength: 100, vocabularySize: 256, hasChatTemplate: true })
  expect(engine.embed).toBeUndefined()
})

test('a text is tokenized once, and sent as tokens', async () => {
  const { prepared, request: sent, path } = await send({})
  expect(prepared.promptTokens).toBe(5)
  expect(prepared.promptTokenIds?.()).toEqual([...Buffer.from('hello')])
  expect(path).toBe('/llm.v1.Inference/Complete')
  expect(sent).toMatchObject({ context: { model: 'm' }, tokenIds: { ids: [...Buffer.from('hello')] } })
  expect(sent.text).toBeUndefined()
})

test('a chat is tokenized once, and sent with its tokens', async () => {
  const { request: sent, path } = await send({ prompt: chat })
  expect(path).toBe('/llm.v1.Inference/Chat')
  expect(sent).toMatchObject({
    messages: [{ role: 'user', content: [{ text: 'hi' }] }],
    promptTokenIds: { ids: [...Buffer.from('hi')] },
  })
})

test('tokens are sent as they are, without a question before', async () => {
  const Tokenize = unary(() => {
    throw new Error('asked')
  })
  const prompt = { kind: 'tokens' as const, tokens: [1, 2] }
  const { prepared, request: sent } = await send({ prompt }, 0, { inference: { Tokenize } })
  expect(prepared.promptTokens).toBe(2)
  expect(sent.tokenIds).toEqual({ ids: [1, 2] })
})

test('a worker that cannot tokenize still generates, and tells the number of tokens then', async () => {
  const script = { inference: { Tokenize: undefined } }
  const { prepared, request: sent } = await send({}, 0, script)
  expect(sent).toMatchObject({ text: 'hello' })
  expect(prepared.promptTokens).toBe(5)
  expect(prepared.promptTokenIds).toBeUndefined()
})

test('a worker that counts and does not tell which', async () => {
  const script = { inference: { Tokenize: unary(() => ({ count: 7 })) } }
  const { prepared, request: sent } = await send({ prompt: chat }, 0, script)
  expect(sent.promptTokenIds).toBeUndefined()
  expect(prepared.promptTokens).toBe(7)
})

test.each([
  [7, 0, 7],
  [7, 2, 9],
  [-1, 0, 2 ** 32 - 2],
  [2 ** 32 - 1, 0, 0],
  [2 ** 53 - 1, 0, (2 ** 53 - 1) % (2 ** 32 - 1)],
])('the seed %i of choice %i is sent as %i', async (seed, choice, expected) => {
  expect((await send({ sampling: { seed } }, choice)).request.sampling?.seed).toBe(expected)
})

test('no seed is sent where none was given', async () => {
  const { request: sent } = await send({ sampling: { temperature: 0 } }, 3)
  expect(sent.sampling).toEqual({ temperature: 0 })
})

test.each([
  ['prompt', { prompt: { kind: 'tokens' as const, tokens: [] } }],
  ['prompt', { prompt: { kind: 'tokens' as const, tokens: [-1] } }],
  ['prompt', { prompt: { kind: 'tokens' as const, tokens: [256] } }],
  ['prompt', { prompt: { kind: 'tokens' as const, tokens: [0.5] } }],
  ['prompt', { prompt: { kind: 'text' as const, text: '' } }],
  ['logit_bias', { sampling: { logitBias: new Map([[256, 1]]) } }],
])('a wrong %s is refused before it is sent: %j', async (param, change) => {
  const { engine } = await openEngine()
  await expect(engine.prepare(request(change))).rejects.toMatchObject({ code: 'invalid_request', param })
})

test('tokens that do not fit are refused with the numbers', async () => {
  const { engine } = await openEngine()
  const prompt = { kind: 'tokens' as const, tokens: Array.from({ length: 100 }, () => 1) }
  await expect(engine.prepare(request({ prompt }))).rejects.toMatchObject({
    code: 'context_length_exceeded',
    details: { n_prompt_tokens: 100, n_ctx: 100 },
  })
})

test('what the worker finds too long is refused in its words', async () => {
  const details = { n_prompt_tokens: 200, n_ctx: 100 }
  const Tokenize = unary(() => {
    throw new AppError('context_length_exceeded', 'too long', { details })
  })
  const { engine } = await openEngine({ inference: { Tokenize } })
  const refused = engine.prepare(request())
  await expect(refused).rejects.toMatchObject({
    code: 'context_length_exceeded',
    message: 'too long',
    details,
  })
})

test('half a character is sent as a replacement', async () => {
  const asked: wire.TokenizeRequest[] = []
  const Tokenize = unary<wire.TokenizeRequest, wire.TokenizeResponse>((question) => {
    asked.push(question)
    return { count: 1 }
  })
  const { engine } = await openEngine({ inference: { Tokenize } })
  await engine.tokenize('a\uD83C')
  await engine.prepare(request({ prompt: { kind: 'text', text: '\uD83C' } }))
  await engine.prepare(request({ prompt: { kind: 'chat', messages: [{ role: 'user', text: 'b\uD83C' }] } }))
  expect(asked.map(({ text, chat: talk }) => text ?? talk?.messages?.[0]?.content?.[0]?.text)).toEqual([
    'a\uFFFD',
    '\uFFFD',
    'b\uFFFD',
  ])
})

test('detokenizes what is in the vocabulary', async () => {
  const { engine } = await openEngine()
  expect(await engine.detokenize([104, 105])).toBe('hi')
  await expect(engine.detokenize([256])).rejects.toMatchObject({ code: 'invalid_request', param: 'tokens' })
})

test('embeds where the worker can', async () => {
  const vector = Buffer.alloc(8)
  vector.writeFloatLE(0.5)
  vector.writeFloatLE(-2, 4)
  const asked: wire.EmbedRequest[] = []
  const Embed = unary<wire.EmbedRequest, wire.EmbedResponse>((question) => {
    asked.push(question)
    return { embeddings: [{ f32le: vector }, { f32le: vector }], usage: { promptTokens: 3 } }
  })
  const models = [{ ...scriptedModel, embeddingDimensions: 2 }]
  const { engine } = await openEngine({ inference: { Embed }, models })
  const inputs = [
    { kind: 'text' as const, text: 'a' },
    { kind: 'tokens' as const, tokens: [1, 2] },
  ]
  const { vectors, promptTokens } = await engine.embed!({ inputs, dimensions: 2 }, never)
  expect(promptTokens).toBe(3)
  expect(vectors).toEqual([Float32Array.of(0.5, -2), Float32Array.of(0.5, -2)])
  expect(asked[0]).toMatchObject({ dimensions: 2, inputs: [{ text: 'a' }, { tokenIds: { ids: [1, 2] } }] })
  const one = { inputs: inputs.slice(1), dimensions: undefined }
  await expect(engine.embed!(one, never)).rejects.toMatchObject({ code: 'engine_failed' })
  await expect(engine.embed!(one, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
})

test('closing one engine leaves others on the connection alone', async () => {
  const { worker, connection, engine } = await openEngine()
  const other = await connection.engine('alias')
  const own = await start(engine)
  const others = await start(other)
  await worker.called(2)
  await engine.close()
  expect((await readAll(own)).error).toMatchObject({
    code: 'engine_failed',
    message: 'the model was unloaded',
  })
  expect(engine.status()).toMatchObject({ busySlots: 0, waiting: 0 })
  expect(other.status()).toMatchObject({ busySlots: 1, waiting: 0 })
  worker.calls[1]!.write(finished)
  expect((await readAll(others)).error).toBeUndefined()
})

test('a worker of an earlier release cannot forget its prompts, and the message says so', async () => {
  const { engine } = await openEngine()
  await expect(engine.resetPrefixCache!()).rejects.toMatchObject({
    code: 'unsupported_parameter',
    message: 'worker w is of a release that cannot forget its prompts: update it',
  })
})

test('a worker that is busy says so itself', async () => {
  const ResetPrefixCache = unary<wire.ResetPrefixCacheRequest, object>(({ model }) => {
    throw new AppError('queue_full', `${model} is busy`)
  })
  const { engine } = await openEngine({ control: { ResetPrefixCache } })
  await expect(engine.resetPrefixCache!()).rejects.toMatchObject({ code: 'queue_full', message: 'm is busy' })
})
