import OpenAI, { APIError, BadRequestError, NotFoundError, RateLimitError } from 'openai'
import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { openGateway, type OpenOptions } from './open-gateway.test-kit.ts'

/** The official client against a real listener. It does not retry, so that a test sees the first answer. */
async function openClient(options: OpenOptions = {}) {
  const gateway = openGateway(options)
  const { origin } = await gateway.listen()
  return { ...gateway, client: new OpenAI({ baseURL: `${origin}/v1`, apiKey: 'none', maxRetries: 0 }) }
}

const question = { model: 'tiny', messages: [{ role: 'user' as const, content: 'Hi there' }] }

test('a plain answer', async () => {
  const { client } = await openClient()
  const answer = await client.chat.completions.create({
    ...question,
    max_completion_tokens: 5,
    temperature: 0,
  })
  expect(answer.choices[0]!.message.content).toBe('Hello wörld')
  expect(answer.usage?.total_tokens).toBe(4)
  expect(answer._request_id).toMatch(/^[0-9a-f-]{36}$/)
})

test('a stream with usage and three choices', async () => {
  const { client } = await openClient({ script: { pieces: (choice) => ['I am ', `number ${choice}`] } })
  const stream = await client.chat.completions.create({
    ...question,
    n: 3,
    stream: true,
    stream_options: { include_usage: true },
  })
  const texts = ['', '', '']
  const ids = new Set<string>()
  let usage
  for await (const chunk of stream) {
    ids.add(`${chunk.id} ${chunk.created} ${chunk.model}`)
    for (const choice of chunk.choices) texts[choice.index] += choice.delta.content ?? ''
    usage = chunk.usage ?? usage
  }
  expect(texts).toEqual(['I am number 0', 'I am number 1', 'I am number 2'])
  expect(usage).toMatchObject({ prompt_tokens: 2, completion_tokens: 6 })
  expect(ids.size).toBe(1)
})

test('the stream helper puts the answer together', async () => {
  const { client } = await openClient()
  const stream = client.chat.completions.stream(question)
  expect((await stream.finalChatCompletion()).choices[0]!.message.content).toBe('Hello wörld')
})

test('a text completion, streamed and not', async () => {
  const { client } = await openClient()
  const answer = await client.completions.create({ model: 'org/tiny', prompt: 'Say' })
  expect(answer.choices[0]!.text).toBe('Hello wörld')
  let text = ''
  const stream = await client.completions.create({ model: 'tiny', prompt: 'Say', stream: true })
  for await (const chunk of stream) text += chunk.choices[0]?.text ?? ''
  expect(text).toBe('Hello wörld')
})

test('models', async () => {
  const { client } = await openClient()
  const names = []
  for await (const model of client.models.list()) names.push(model.id)
  expect(names).toEqual(['tiny'])
  expect((await client.models.retrieve('org/tiny')).id).toBe('tiny')
})

test('leaving in mid-stream frees the place', async () => {
  const { client, engine, admission } = await openClient({
    script: { step: (step) => (step > 0 ? new Promise(() => {}) : undefined) },
  })
  const stream = await client.chat.completions.create({ ...question, stream: true })
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break
  await expect.poll(() => [engine.seen.cancelled, admission.status().running]).toEqual([1, 0])
})

test('an unknown model is NotFoundError, a bad parameter or a long prompt BadRequestError', async () => {
  const { client } = await openClient()
  const unknown = await client.chat.completions
    .create({ ...question, model: 'nope' })
    .catch((error: unknown) => error)
  expect(unknown).toBeInstanceOf(NotFoundError)
  expect(unknown).toMatchObject({ code: 'model_not_found', param: 'model', requestID: expect.any(String) })
  const refused = await client.chat.completions
    .create({ ...question, logprobs: true })
    .catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(BadRequestError)
  expect(refused).toMatchObject({ code: 'unsupported_parameter', param: 'logprobs' })
  const content = 'long '.repeat(100)
  const long = await client.chat.completions
    .create({ ...question, messages: [{ role: 'user', content }], stream: true })
    .catch((error: unknown) => error)
  expect(long).toBeInstanceOf(BadRequestError)
  expect(long).toMatchObject({ code: 'context_length_exceeded', error: { n_prompt_tokens: 101, n_ctx: 64 } })
})

test('a full queue is RateLimitError with the time to wait', async () => {
  const { client, admission } = await openClient({ slots: 1, queue: 0 })
  const release = await admission.enter({ units: 1, key: 'other', signal: new AbortController().signal })
  const refused = await client.chat.completions.create(question).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(RateLimitError)
  expect((refused as RateLimitError).headers.get('retry-after-ms')).toBe('2000')
  release()
})

test('the client waits as long as it is told and then gets its answer', async () => {
  const gateway = openGateway({ slots: 1, queue: 0 })
  const { origin } = await gateway.listen()
  const release = await gateway.admission.enter({
    units: 1,
    key: 'other',
    signal: new AbortController().signal,
  })
  const answer = new OpenAI({
    baseURL: `${origin}/v1`,
    apiKey: 'none',
    maxRetries: 1,
  }).chat.completions.create(question)
  await expect.poll(() => gateway.lines.filter((line) => line.status === 429)).toHaveLength(1)
  release()
  expect((await answer).choices[0]!.message.content).toBe('Hello wörld')
})

test('a stream that breaks throws, instead of ending short', async () => {
  const engineFails = Promise.withResolvers<void>()
  const { client } = await openClient({
    script: { step: (step) => (step === 1 ? engineFails.promise : undefined) },
  })
  const stream = await client.chat.completions.create({ ...question, stream: true })
  let text = ''
  const read = async () => {
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? ''
      if (text !== '') engineFails.reject(new AppError('engine_failed', 'the engine died'))
    }
  }
  const failure = await read().catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(APIError)
  expect(failure).toMatchObject({ code: 'engine_failed', type: 'server_error' })
  expect(text).toBe('Hello')
})
