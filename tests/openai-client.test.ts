import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningEngine } from '../src/protocols/control/types.ts'
import { createSandbox, until, type Sandbox } from './sandbox.ts'

let sandbox: Sandbox
let client: OpenAI
beforeAll(async () => {
  sandbox = createSandbox()
  const slow = { name: 'slow', engine: 'fake', source: 'fake:?tokens_per_second=20' }
  const models = [{ name: 'pocket', parallel: 4 }, slow]
  writeFileSync(join(sandbox.home, 'config.yaml'), JSON.stringify({ models }))
  const ran = await sandbox.sluice('serve')
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  client = new OpenAI({ baseURL: `${sandbox.daemonFile().base_url}/v1`, apiKey: 'none', maxRetries: 0 })
})
afterAll(() => sandbox.remove())

const story = [{ role: 'user' as const, content: 'Tell me a short story about a robot.' }]
const slowEngine = async (): Promise<RunningEngine> =>
  (await sandbox.json<{ engines: RunningEngine[] }>('ps')).engines.find(({ model }) => model === 'slow')!

test('a plain chat answers with text, a reason and usage', async () => {
  const answer = await client.chat.completions.create({ model: 'pocket', messages: story, temperature: 0 })
  expect(answer.choices[0]!.message.content!.length).toBeGreaterThan(100)
  expect(answer.choices[0]!.finish_reason).toBe('stop')
  const usage = answer.usage!
  expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens)
})

test('a stream says the same as the plain answer', async () => {
  const request = { model: 'pocket', messages: story, temperature: 0, max_tokens: 40 }
  const plain = await client.chat.completions.create(request)
  const stream = await client.chat.completions.create({
    ...request,
    stream: true,
    stream_options: { include_usage: true },
  })
  let text = ''
  let usage
  const ids = new Set<string>()
  for await (const chunk of stream) {
    ids.add(chunk.id)
    text += chunk.choices[0]?.delta.content ?? ''
    usage = chunk.usage ?? usage
  }
  expect(text).toBe(plain.choices[0]!.message.content)
  expect(usage?.completion_tokens).toBe(plain.usage!.completion_tokens)
  expect(ids.size).toBe(1)
})

test('completions go on with a raw text, several choices with several seeds', async () => {
  const answer = await client.completions.create({
    model: 'pocket',
    prompt: 'Once upon a time',
    max_tokens: 12,
    n: 3,
    seed: 7,
    temperature: 0.9,
  })
  expect(answer.choices.map(({ index }) => index)).toEqual([0, 1, 2])
  expect(new Set(answer.choices.map(({ text }) => text)).size).toBeGreaterThan(1)
  const again = await client.completions.create({
    model: 'pocket',
    prompt: 'Once upon a time',
    max_tokens: 12,
    n: 3,
    seed: 7,
    temperature: 0.9,
  })
  expect(again.choices.map(({ text }) => text)).toEqual(answer.choices.map(({ text }) => text))
})

test('min_tokens: no end before it; more than max_tokens is a 400 that says so', async () => {
  const hello = [{ role: 'user' as const, content: 'hello' }]
  const ask = { model: 'pocket', messages: hello, temperature: 0, max_tokens: 200 }
  const free = await client.chat.completions.create(ask)
  const least = free.usage!.completion_tokens + 8
  expect(free.choices[0]!.finish_reason).toBe('stop')
  // @ts-expect-error an extension of ours, as vLLM has it
  const longer = await client.chat.completions.create({ ...ask, min_tokens: least })
  expect(longer.usage!.completion_tokens).toBeGreaterThanOrEqual(least)
  expect(longer.choices[0]!.finish_reason).toBe('stop')
  const completion = await client.completions.create({
    model: 'pocket',
    prompt: 'hello',
    temperature: 0,
    max_tokens: 30,
    // @ts-expect-error the same
    min_tokens: 30,
  })
  expect(completion.usage!.completion_tokens).toBe(30)
  expect(completion.choices[0]!.finish_reason).toBe('length')
  // @ts-expect-error the same
  const refused = client.chat.completions.create({ ...ask, min_tokens: 201 })
  await expect(refused).rejects.toMatchObject({ status: 400, param: 'min_tokens' })
  await expect(refused).rejects.toThrow(/is 201, more than the most that may be written, which is 200/)
})

test('an abort in mid-stream frees the slot', async () => {
  const before = (await slowEngine()).counters.cancelled
  const stream = await client.chat.completions.create({
    // It would take most of a minute.
    model: 'slow',
    messages: story,
    stream: true,
    max_tokens: 900,
    // @ts-expect-error an extension of ours, so that the answer cannot end by itself
    ignore_eos: true,
  })
  let seen = 0
  for await (const _chunk of stream) if (++seen === 5) stream.controller.abort()
  await until('the slot is free', async () => (await slowEngine()).busy_slots === 0)
  expect((await slowEngine()).counters.cancelled).toBe(before + 1)
})

test('a wrong model is a 404 that names the known ones', async () => {
  const failure = client.chat.completions.create({ model: 'gpt-5', messages: story })
  await expect(failure).rejects.toMatchObject({ status: 404, code: 'model_not_found', param: 'model' })
  await expect(failure).rejects.toThrow(/pocket/)
})

test('a prompt that does not fit is a 400 with the numbers', async () => {
  const long = [{ role: 'user' as const, content: 'word '.repeat(3000) }]
  const failure = await client.chat.completions
    .create({ model: 'pocket', messages: long })
    .catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(OpenAI.BadRequestError)
  const { error } = failure as { error: { n_prompt_tokens: number; n_ctx: number; code: string } }
  expect(error.code).toBe('context_length_exceeded')
  expect(error.n_ctx).toBe(1024)
  expect(error.n_prompt_tokens).toBeGreaterThan(1024)
})

test('an unknown parameter is a 400 that names it', async () => {
  const request = { model: 'pocket', messages: story, temprature: 1 }
  await expect(client.chat.completions.create(request)).rejects.toMatchObject({
    status: 400,
    param: 'temprature',
  })
})

test('the model list and one model', async () => {
  const models = await client.models.list()
  expect(models.data.map(({ id }) => id)).toContain('pocket')
  expect(await client.models.retrieve('pocket')).toMatchObject({
    id: 'pocket',
    object: 'model',
    owned_by: 'sluice',
  })
})
