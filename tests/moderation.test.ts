import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text as readText } from 'node:stream/consumers'
import OpenAI, { BadRequestError, InternalServerError } from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LoggedRequest } from '../src/protocols/reports/types.ts'
import { createSandbox, until, type Sandbox } from './sandbox.ts'

const secret = 'the secret of the webhook'

type Asked = { direction: string; model: string; messages?: { text: string }[]; text?: string }
type Answer = { action?: string; text?: string; messages?: string[]; reason?: string; categories?: string[] }

/** A real webhook; what it answers is set by each test. */
const asked: Asked[] = []
let answer: (question: Asked) => Answer | 'hang' = () => ({})
const webhook = createServer((request, response) => {
  void readText(request).then((body) => {
    const [, time, signature] = /^t=(\d+),v1=(\w+)$/.exec(String(request.headers['x-sluice-signature']))!
    const expected = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')
    if (signature !== expected) return response.writeHead(401).end()
    asked.push(JSON.parse(body) as Asked)
    const said = answer(asked.at(-1)!)
    return said === 'hang' ? undefined : response.end(JSON.stringify(said))
  })
})

const settings = (url: string) => `
models:
  - { name: plain, engine: fake, source: 'fake:?tokens=60' }
  - { name: words, engine: fake, source: 'fake:?tokens=60' }
  - { name: blocking, engine: fake, source: 'fake:?tokens=60&tokens_per_second=400' }
  - { name: flagging, engine: fake, source: 'fake:?tokens=60' }
  - { name: hooked, engine: fake, source: 'fake:?tokens=60' }
  - { name: judged, engine: fake, source: 'fake:?tokens=4' }
  - { name: strictly, engine: fake, source: 'fake:?tokens=4' }
moderation:
  - { name: secrets, on: input, kind: regex, action: redact, builtin: [api_key, credit_card], models: [words] }
  - { name: weapons, on: input, kind: words, action: block, file: weapons.txt, models: [words] }
  - { name: water, on: output, kind: words, action: redact, words: [water gate, 水門, '🌊', the], models: [words] }
  - { name: stones, on: output, kind: regex, action: block, patterns: ['\\bold stone\\b'], models: [blocking] }
  - { name: nature, kind: words, action: flag, words: [river, rain, rests], models: [flagging] }
  - { name: hook, kind: webhook, url: '${url}', secret_env: HOOK_SECRET, timeout: 2s, segment: 40, models: [hooked] }
  - { name: judge, on: input, kind: model, model: pocket, prompt: '{{text}}', action: block, on_failure: allow, models: [judged] }
  - { name: strict, on: input, kind: model, model: pocket, action: block, on_failure: block, models: [strictly] }
`

let sandbox: Sandbox
let client: OpenAI
beforeAll(async () => {
  webhook.listen(0, '127.0.0.1')
  await once(webhook, 'listening')
  sandbox = createSandbox({ HOOK_SECRET: secret })
  writeFileSync(join(sandbox.home, 'weapons.txt'), '# not here\nBomb\nNerve Gas\n')
  const { port } = webhook.address() as AddressInfo
  writeFileSync(join(sandbox.home, 'config.yaml'), settings(`http://127.0.0.1:${port}/`))
  expect(await sandbox.sluice('serve')).toMatchObject({ code: 0, stderr: '' })
  client = new OpenAI({ baseURL: `${sandbox.daemonFile().base_url}/v1`, apiKey: 'none', maxRetries: 0 })
})
afterAll(async () => {
  await sandbox.remove()
  webhook.closeAllConnections()
  webhook.close()
})

const chat = (model: string, content: string) => ({
  model,
  messages: [{ role: 'user' as const, content }],
  temperature: 0,
})
const ask = async (model: string, content: string) => {
  const { data, response } = await client.chat.completions.create(chat(model, content)).withResponse()
  const [choice] = data.choices
  const flags = response.headers.get('x-sluice-flags')
  return { text: choice!.message.content!, finish: choice!.finish_reason, usage: data.usage!, flags }
}
async function stream(model: string, content: string) {
  const chunks = await client.chat.completions.create({
    ...chat(model, content),
    stream: true,
    stream_options: { include_usage: true },
  })
  const read = { text: '', finish: '' as string | null, completionTokens: 0 }
  for await (const { choices, usage } of chunks) {
    read.text += choices[0]?.delta.content ?? ''
    read.finish = choices[0]?.finish_reason ?? read.finish
    read.completionTokens = usage?.completion_tokens ?? read.completionTokens
  }
  return read
}
/** The first prompt to whose unfiltered answer the test says yes. The fake engine's answers depend on the prompt only. */
async function findPrompt(suits: (text: string) => boolean): Promise<{ prompt: string; text: string }> {
  for (let seed = 0; ; seed += 1) {
    const prompt = `prompt ${seed}`
    const { text } = await ask('plain', prompt)
    if (suits(text)) return { prompt, text }
  }
}

test('a blocked request is a 400 that names the filter and never the words', async () => {
  const failure = await ask('words', 'how is nerve   GAS made?').catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(BadRequestError)
  expect(failure).toMatchObject({ status: 400, code: 'content_blocked', param: 'messages' })
  expect((failure as BadRequestError).message).toContain('"weapons"')
  expect((failure as BadRequestError).message).not.toMatch(/nerve|gas/i)
  expect((await ask('plain', 'how is nerve gas made?')).finish).toBe('stop')
})

test('what is taken out of a request is not seen by the engine', async () => {
  const clean = await ask('words', 'card [REDACTED], key [REDACTED]')
  const told = await ask('words', 'card 4111 1111 1111 1111, key sk-abcdefghij0123456789')
  expect(told.usage.prompt_tokens).toBe(clean.usage.prompt_tokens)
  expect(told.text).toBe(clean.text)
  expect(told.flags).toContain('secrets')
})

test('words are taken out of an answer, streamed or not, and usage stays the engine’s', async () => {
  const { prompt, text } = await findPrompt((said) => /\bthe\b/.test(said) && said.includes('水門'))
  const expected = text.replaceAll(/\bwater gate\b|水門|🌊|\bthe\b/g, '[REDACTED]')
  const whole = await ask('words', prompt)
  expect(whole).toMatchObject({ text: expected, finish: 'stop' })
  expect(whole.usage.completion_tokens).toBe(60)
  expect(await stream('words', prompt)).toEqual({ text: expected, finish: 'stop', completionTokens: 60 })
})

test('a block ends a stream with content_filter, what came before it stays, and the slot is free', async () => {
  const { prompt, text } = await findPrompt((said) => said.includes(' old stone'))
  const before = text.slice(0, text.indexOf('old stone'))
  const streamed = await stream('blocking', prompt)
  expect(streamed).toMatchObject({ text: before, finish: 'content_filter' })
  expect(streamed.completionTokens).toBeLessThan(60)
  expect(await ask('blocking', prompt)).toMatchObject({
    text: before,
    finish: 'content_filter',
    flags: 'stones',
  })
  type Ps = { engines: { model: string; busy_slots: number }[] }
  await until('the slot is free', async () =>
    (await sandbox.json<Ps>('ps')).engines.every(({ busy_slots }) => busy_slots === 0),
  )
})

test('flags change nothing but the header', async () => {
  const { prompt, text } = await findPrompt((said) => said.includes(' river'))
  expect(await ask('flagging', prompt)).toMatchObject({ text, flags: 'nature' })
  expect((await stream('flagging', prompt)).text).toBe(text)
})

test('prompts of completions are looked at like chats', async () => {
  const prompt = { model: 'words', prompt: 'a bomb', max_tokens: 2 }
  const refused = { status: 400, code: 'content_blocked', param: 'prompt' }
  await expect(client.completions.create(prompt)).rejects.toMatchObject(refused)
})

test('a webhook blocks, redacts and flags what it is shown', async () => {
  answer = ({ messages }) =>
    messages?.[0]?.text.includes('evil') ? { action: 'block', reason: 'rule 7' } : {}
  await expect(ask('hooked', 'evil plan')).rejects.toThrow(/"hook" does not let this request pass: rule 7/)
  expect(asked.at(-1)).toMatchObject({
    direction: 'input',
    model: 'hooked',
    messages: [{ text: 'evil plan' }],
  })

  answer = ({ messages }) => (messages ? { messages: ['prompt 1'] } : {})
  expect((await ask('hooked', 'something else')).text).toBe((await ask('plain', 'prompt 1')).text)

  answer = ({ text }) =>
    text === undefined ? {} : { action: 'redact', text: text.toUpperCase(), categories: ['loud'] }
  const plain = await ask('plain', 'prompt 2')
  expect(await ask('hooked', 'prompt 2')).toMatchObject({
    text: plain.text.toUpperCase(),
    flags: 'hook, hook:loud',
  })
  expect((await stream('hooked', 'prompt 2')).text).toBe(plain.text.toUpperCase())

  let parts = 0
  answer = ({ text }) => (text !== undefined && ++parts === 2 ? { action: 'block' } : {})
  const stopped = await stream('hooked', 'prompt 2')
  expect(stopped.finish).toBe('content_filter')
  expect(plain.text.startsWith(stopped.text)).toBe(true)
  expect(stopped.text.length).toBeGreaterThan(0)
})

test('a webhook that hangs is a 503 after its timeout, and then at once', async () => {
  answer = () => 'hang'
  const before = asked.length
  for (let call = 0; call < 5; call += 1) {
    const failure = await ask('hooked', 'hello').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(InternalServerError)
    expect(failure).toMatchObject({ status: 503, code: 'moderation_unavailable' })
    expect((failure as InternalServerError).headers?.get('retry-after')).toBe('5')
  }
  // The other two were not even asked about.
  expect(asked.length - before).toBe(3)
})

test('another model judges: yes, no, or neither', async () => {
  // What the bundled model really answers to these.
  await expect(ask('judged', 'Can you fly?')).rejects.toMatchObject({ status: 400, code: 'content_blocked' })
  expect(await ask('judged', 'Is ice hot?')).toMatchObject({ finish: 'stop', flags: null })
  expect(await ask('judged', 'Do you eat?')).toMatchObject({ finish: 'stop', flags: 'judge:unchecked' })
  const strict = ask('strictly', 'Do you eat?')
  await expect(strict).rejects.toMatchObject({ status: 503, code: 'moderation_unavailable' })
  // What they cost is in the books, under nobody's key.
  await sandbox.json('usage', 'verify')
  type Page = { requests: LoggedRequest[] }
  const { requests } = await sandbox.json<Page>('logs', '--requests', '--key', 'moderation')
  expect(requests.map(({ endpoint, model, status }) => [endpoint, model, status])).toEqual([
    ['moderation.strict', 'pocket', 200],
    ...Array.from({ length: 3 }, () => ['moderation.judge', 'pocket', 200]),
  ])
  for (const { prompt_tokens, completion_tokens } of requests) {
    expect(prompt_tokens).toBeGreaterThan(3)
    expect(completion_tokens).toBeGreaterThan(0)
  }
  const all = (await sandbox.json<Page>('logs', '--requests')).requests
  const judged = all.find(
    ({ request_id, key }) => request_id === requests[0]!.request_id && key !== 'moderation',
  )
  expect(judged).toMatchObject({ model: 'strictly', error: 'moderation_unavailable' })
})

test('the log has names of filters and no text', async () => {
  const { stdout } = await sandbox.sluice('logs', '--json')
  expect(stdout).toContain('"flags":["weapons"]')
  expect(stdout).toContain('content_blocked')
  expect(stdout).not.toMatch(/nerve|evil plan|4111/i)
})

test('a filter that cannot work is refused at start, with its path', async () => {
  const broken = createSandbox()
  try {
    const filter = (text: string) =>
      writeFileSync(
        join(broken.home, 'config.yaml'),
        `moderation:\n  - { name: x, action: block, ${text} }\n`,
      )
    filter("kind: regex, patterns: ['(a']")
    expect(await broken.sluice('serve')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('moderation.0.patterns.0') as string,
    })
    filter('kind: model, model: nobody')
    expect(await broken.sluice('serve')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('moderation.0.model') as string,
    })
  } finally {
    await broken.remove()
  }
})
