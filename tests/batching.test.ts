import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningEngine } from '../src/protocols/control/types.ts'
import { createSandbox, until, type Sandbox } from './sandbox.ts'

let sandbox: Sandbox
let client: OpenAI
beforeAll(async () => {
  sandbox = createSandbox()
  await sandbox.sluice('serve', '--model', 'pocket', '--parallel', '16', '--queue-size', '4')
  client = new OpenAI({ baseURL: `${sandbox.daemonFile().base_url}/v1`, apiKey: 'none', maxRetries: 0 })
})
afterAll(() => sandbox.remove())

const engine = async (): Promise<RunningEngine> => {
  const response = await fetch(`${sandbox.daemonFile().base_url}/api/engines`)
  return ((await response.json()) as { engines: RunningEngine[] }).engines[0]!
}
const subjects = [
  'robot',
  'cat',
  'dragon',
  'river',
  'baker',
  'clock',
  'fox',
  'owl',
  'ship',
  'tree',
  'star',
  'mouse',
  'king',
  'lamp',
  'bridge',
  'garden',
]
const ask = (subject: string, extra: object = {}) => ({
  model: 'pocket',
  messages: [{ role: 'user' as const, content: `Tell me a short story about a ${subject}.` }],
  temperature: 0,
  max_tokens: 60,
  ...extra,
})

test('16 at once say what each says alone', async () => {
  const alone: (string | null)[] = []
  for (const subject of subjects) {
    const answer = await client.chat.completions.create(ask(subject))
    alone.push(answer.choices[0]!.message.content)
  }
  const together = await Promise.all(subjects.map((subject) => client.chat.completions.create(ask(subject))))
  expect(together.map(({ choices }) => choices[0]!.message.content)).toEqual(alone)
})

test('16 streams that run at the same time run in batches of 16', async () => {
  const full = async () => (await engine()).counters.stepsByBatchSize[16] ?? 0
  const before = await full()
  const stop = new AbortController()
  const calls = subjects.map((subject) =>
    fetch(`${sandbox.daemonFile().base_url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ask(subject, { ignore_eos: true, max_tokens: 900, stream: true })),
      signal: stop.signal,
    }).catch(() => undefined),
  )
  await until('they share 30 steps', async () => (await full()) - before > 30)
  stop.abort()
  await Promise.all(calls)
  await until('every slot is free', async () => (await engine()).busy_slots === 0)
})

test('more than the slots and the queue hold is refused with 429 and a time to wait', async () => {
  const endless = { ignore_eos: true, max_tokens: 900, stream: true }
  const stop = new AbortController()
  const calls = Array.from({ length: 21 }, () =>
    fetch(`${sandbox.daemonFile().base_url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ask('robot', endless)),
      signal: stop.signal,
    }).catch(() => undefined),
  )
  const refused = await Promise.race(
    calls.map((call) =>
      call.then((response) => (response?.status === 429 ? response : new Promise<never>(() => undefined))),
    ),
  )
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(Number(refused.headers.get('retry-after-ms'))).toBeGreaterThan(0)
  expect(await refused.json()).toMatchObject({ error: { code: 'queue_full', type: 'rate_limit_error' } })
  stop.abort()
  await until('every slot is free', async () => {
    const { busy_slots, queued } = await engine()
    return busy_slots === 0 && queued === 0
  })
})

test('the same prompt again comes from the cache', async () => {
  const first = await client.chat.completions.create(ask('lighthouse keeper'))
  const second = await client.chat.completions.create(ask('lighthouse keeper'))
  expect(second.usage!.prompt_tokens_details!.cached_tokens).toBeGreaterThanOrEqual(
    first.usage!.prompt_tokens - 1,
  )
  expect(second.choices[0]!.message.content).toBe(first.choices[0]!.message.content)
})

test('kill -9 under load: streams break off without a [DONE], and the next command recovers', async () => {
  const { pid, base_url } = sandbox.daemonFile()
  const streams = subjects.map(async (subject) => {
    let text = ''
    try {
      const response = await fetch(`${base_url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(ask(subject, { ignore_eos: true, max_tokens: 900, stream: true })),
      })
      for await (const chunk of response.body!) text += Buffer.from(chunk).toString('utf8')
    } catch {
      return { text, broke: true }
    }
    return { text, broke: false }
  })
  await until('all 16 generate', async () => (await engine()).busy_slots === 16)
  process.kill(pid, 'SIGKILL')
  for (const { text, broke } of await Promise.all(streams)) {
    expect(broke).toBe(true)
    expect(text).not.toContain('[DONE]')
  }
  const answer = await sandbox.sluice('chat', 'pocket', '-p', 'Hello')
  expect(answer.code).toBe(0)
  expect(answer.stdout.length).toBeGreaterThan(1)
})
