import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixedPrompts } from './fixed-prompts.ts'
import { createSandbox, root, workerPython, type Sandbox } from './sandbox.ts'

let sandbox: Sandbox
let client: OpenAI
beforeAll(async () => {
  sandbox = createSandbox()
  const config = {
    models: [{ name: 'pocket', parallel: 4 }],
    workers: [
      {
        kind: 'python',
        name: 'torch',
        model: join(root, 'pocket', 'hf'),
        serves: 'pocket-torch',
        python: workerPython,
        dtype: 'float32',
        device: 'cpu',
      },
    ],
  }
  writeFileSync(join(sandbox.home, 'config.yaml'), JSON.stringify(config))
  const served = await sandbox.sluice('serve')
  if (served.code !== 0) throw new Error(served.stderr)
  client = new OpenAI({ baseURL: `${sandbox.daemonFile().base_url}/v1`, apiKey: 'none', maxRetries: 0 })
}, 180_000)
afterAll(() => sandbox.remove())

const greedy = { temperature: 0, max_tokens: 64 }

test('llama.cpp and transformers in float32 say the same, 64 tokens for each of the fixed prompts', async () => {
  const answer = async (model: string, content: string) => {
    const { choices, usage } = await client.chat.completions.create({
      model,
      messages: [{ role: 'user', content }],
      ...greedy,
    })
    return {
      text: choices[0]!.message.content,
      promptTokens: usage!.prompt_tokens,
      tokens: usage!.completion_tokens,
    }
  }
  const all = (model: string) => Promise.all(fixedPrompts.map((prompt) => answer(model, prompt)))
  expect(fixedPrompts.length).toBeGreaterThanOrEqual(20)
  const [llama, torch] = [await all('pocket'), await all('pocket-torch')]
  expect(torch).toEqual(llama)
  expect(torch.every(({ tokens }) => tokens === 64)).toBe(true)
})

test('a stream through the Python worker is the whole answer, and leaving it frees the row', async () => {
  const body = {
    model: 'pocket-torch',
    messages: [{ role: 'user' as const, content: fixedPrompts[0]! }],
    ...greedy,
  }
  const whole = await client.chat.completions.create(body)
  let text = ''
  for await (const chunk of await client.chat.completions.create({ ...body, stream: true }))
    text += chunk.choices[0]?.delta.content ?? ''
  expect(text).toBe(whole.choices[0]!.message.content)
})

test('it forgets its prompts on demand', async () => {
  const messages = [{ role: 'user' as const, content: fixedPrompts[1]! }]
  const cached = async () => {
    const { usage } = await client.chat.completions.create({ model: 'pocket-torch', messages, ...greedy })
    return usage!.prompt_tokens_details!.cached_tokens!
  }
  await cached()
  expect(await cached()).toBeGreaterThan(4)
  const { base_url: url, ...file } = sandbox.daemonFile()
  const answer = await fetch(`${url}/api/models/reset-cache`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${file.token}` },
    body: JSON.stringify({ model: 'pocket-torch' }),
  })
  expect(await answer.json()).toEqual({ model: 'pocket-torch', status: 'cache_reset' })
  expect(await cached()).toBe(0)
})

test('stop strings, seeds and a prompt that is too long behave as with our own engine', async () => {
  const messages = [{ role: 'user' as const, content: 'Tell me a short story about a robot.' }]
  const stopped = await client.chat.completions.create({
    model: 'pocket-torch',
    messages,
    temperature: 0,
    stop: '.',
  })
  expect(stopped.choices[0]).toMatchObject({ finish_reason: 'stop' })
  expect(stopped.choices[0]!.message.content).not.toContain('.')
  const warm = { model: 'pocket-torch', messages, temperature: 1.2, seed: 11, max_tokens: 24 }
  const [first, again] = [
    await client.chat.completions.create(warm),
    await client.chat.completions.create(warm),
  ]
  expect(again.choices[0]!.message.content).toBe(first.choices[0]!.message.content)
  const long = [{ role: 'user' as const, content: 'the gate '.repeat(4000) }]
  const refused = client.chat.completions.create({ model: 'pocket-torch', messages: long })
  await expect(refused).rejects.toMatchObject({ status: 400, code: 'context_length_exceeded' })
})

test('ignore_eos means the same to both: the end is never chosen', async () => {
  const messages = [{ role: 'user' as const, content: 'What is 7 + 5?' }]
  for (const model of ['pocket', 'pocket-torch']) {
    const { choices, usage } = await client.chat.completions.create({
      model,
      messages,
      ...greedy,
      // @ts-expect-error Not one of OpenAI's.
      ignore_eos: true,
    })
    expect({ model, tokens: usage!.completion_tokens }).toEqual({ model, tokens: 64 })
    expect(choices[0]!.message.content).toContain('12.')
  }
})

test('min_tokens means the same to both: no end before it', async () => {
  const messages = [{ role: 'user' as const, content: 'What is 7 + 5?' }]
  for (const model of ['pocket', 'pocket-torch']) {
    const ask = { model, messages, temperature: 0, max_tokens: 120 }
    const free = await client.chat.completions.create(ask)
    const least = free.usage!.completion_tokens + 3
    // @ts-expect-error Not one of OpenAI's.
    const { choices, usage } = await client.chat.completions.create({ ...ask, min_tokens: least })
    expect(usage!.completion_tokens).toBeGreaterThanOrEqual(least)
    expect(choices[0]!.message.content!.length).toBeGreaterThan(free.choices[0]!.message.content!.length)
  }
})

test('embeddings: one vector of length 1 per input, near for near texts; llama.cpp makes none', async () => {
  const input = ['a story about a robot', 'a story about a small robot', 'what is 7 + 5']
  const { data, usage } = await client.embeddings.create({ model: 'pocket-torch', input })
  const [robot, small, sum] = data.map(({ embedding }) => embedding)
  const dot = (a: number[], b: number[]) => a.reduce((total, value, index) => total + value * b[index]!, 0)
  expect(dot(robot!, robot!)).toBeCloseTo(1, 4)
  expect(dot(robot!, small!)).toBeGreaterThan(dot(robot!, sum!))
  expect(usage.prompt_tokens).toBeGreaterThan(3)
  await expect(client.embeddings.create({ model: 'pocket', input })).rejects.toMatchObject({ status: 400 })
})
