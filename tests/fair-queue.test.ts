import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import OpenAI, { RateLimitError } from 'openai'
import { afterEach, expect, test } from 'vitest'
import type { IssuedKeyAnswer } from '../src/protocols/control/key-types.ts'
import type { RunningEngine } from '../src/protocols/control/types.ts'
import { compareLedger } from './compare-ledger.ts'
import { flood, unfairness } from './flood.ts'
import { createSandbox, until, type Sandbox } from './sandbox.ts'

const sandboxes: Sandbox[] = []
afterEach(async () => {
  await Promise.all(sandboxes.splice(0).map((each) => each.remove()))
})

const quick = (parallel: number) => ({
  name: 'quick',
  engine: 'fake',
  source: 'fake:?tokens_per_second=100',
  parallel,
})

async function serve(config: object) {
  const box = createSandbox()
  sandboxes.push(box)
  const file = join(box.home, 'config.yaml')
  const write = (more: object) => writeFileSync(file, JSON.stringify({ ...config, ...more }))
  write({})
  const start = async () => {
    const served = await box.sluice('serve')
    if (served.code !== 0) throw new Error(served.stderr)
  }
  await start()
  const restart = async (more: object) => {
    await box.sluice('stop', '--drain', '0')
    write(more)
    await start()
  }
  return { ...box, restart }
}

const issue = (box: Sandbox, ...words: string[]) => box.json<IssuedKeyAnswer>('keys', 'create', ...words)
const connect = ({ daemonFile }: Sandbox, apiKey: string) =>
  new OpenAI({ baseURL: `${daemonFile().base_url}/v1`, apiKey, maxRetries: 0 })
const waiting = async (box: Sandbox) => {
  const { base_url, token } = box.daemonFile()
  const response = await fetch(`${base_url}/api/engines`, { headers: { authorization: `Bearer ${token}` } })
  const { engines } = (await response.json()) as { engines: RunningEngine[] }
  return engines.find(({ model }) => model === 'quick')!.queued
}
const prompt = { model: 'quick', messages: [{ role: 'user' as const, content: 'Hi' }] }
const endless = { ...prompt, ignore_eos: true, max_tokens: 3000 } as typeof prompt

test('ten times the capacity through three keys: all are answered or told when to come back, each gets its share, and the ledger says what the answers said', async () => {
  const box = await serve({ models: [quick(4)], queue_size: 24 })
  // Four slots, a fifth of a second each: twenty requests a second.
  const rates = { greedy: 130, busy: 50, modest: 20 }
  const flooders = []
  const ids: string[] = []
  for (const [name, perSecond] of Object.entries(rates)) {
    const { id, key: apiKey } = await issue(box, name)
    ids.push(id)
    flooders.push({ name, perSecond, apiKey })
  }
  const base = box.daemonFile().base_url
  const tallies = await flood({ base, model: 'quick', tokens: 20, seconds: 8, flooders })
  for (const { sent, answered, refused, withoutRetryAfter, broken } of tallies) {
    expect(broken).toEqual([])
    expect(withoutRetryAfter).toBe(0)
    expect(answered + (refused[429] ?? 0) + (refused[503] ?? 0)).toBe(sent)
  }
  expect(tallies.reduce((sum, { answered }) => sum + answered, 0)).toBeGreaterThan(60)
  expect(unfairness(tallies)).toBeLessThan(0.1)
  expect(await waiting(box)).toBe(0)
  const answers = tallies.map(({ usage }, index) => ({ key: ids[index]!, usage }))
  expect(await compareLedger(box, answers)).toEqual([])
}, 120_000)

test('priorities: whose request goes first, what a caller may ask for, and what he is told while he waits', async () => {
  const config = { models: [quick(1)], keep_alive: '50ms' }
  const box = await serve(config)
  const vip = await issue(box, 'vip', '--team', 'live')
  const plain = await issue(box, 'plain')
  await box.restart({ priorities: { teams: { live: 'high' } } })
  const [important, other] = [connect(box, vip.key), connect(box, plain.key)]

  const blocker = new AbortController()
  const blocked = await other.chat.completions.create(
    { ...endless, stream: true },
    { signal: blocker.signal },
  )
  await blocked[Symbol.asyncIterator]().next()
  const order: string[] = []
  const ask = async (client: OpenAI, name: string, extra: object, headers: Record<string, string> = {}) => {
    const request = client.chat.completions.create({ ...prompt, max_tokens: 2, ...extra }, { headers })
    const { data, response } = await request.withResponse()
    order.push(name)
    return [data.service_tier, response.headers.get('x-sluice-priority')]
  }
  const answers = []
  for (const [client, name, extra, headers] of [
    [other, 'flex', { service_tier: 'flex' }],
    [other, 'wishful', { service_tier: 'priority' }],
    [other, 'loud', {}, { 'x-sluice-priority': 'high' }],
    [important, 'lowered', { priority: 1 }],
    [important, 'vip', { service_tier: 'auto' }],
  ] as const) {
    const before = await waiting(box)
    answers.push(ask(client, name, extra, headers))
    await until(`${name} waits`, async () => (await waiting(box)) === before + 1)
  }
  const watched = await fetch(`${box.daemonFile().base_url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${plain.key}` },
    body: JSON.stringify({ ...prompt, max_tokens: 2, stream: true }),
  })
  const reader = watched.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const read = async () => (text += (await reader.read()).value ?? '')
  // Behind vip, wishful and loud; before the two of the lowest class.
  while (!text.includes(': queued 4\n\n')) await read()
  blocker.abort()
  while (!text.includes('[DONE]')) await read()
  expect(await Promise.all(answers)).toEqual([
    ['flex', 'low'],
    ['default', 'normal'],
    [undefined, 'normal'],
    [undefined, 'low'],
    ['priority', 'high'],
  ])
  expect(order.slice(0, 3)).toEqual(['vip', 'wishful', 'loud'])
  expect(order.slice(3).toSorted()).toEqual(['flex', 'lowered'])
  const wrong = other.chat.completions.create(prompt, { headers: { 'x-sluice-priority': 'urgent' } })
  await expect(wrong).rejects.toMatchObject({ status: 400, param: 'x-sluice-priority' })
}, 120_000)

test('one key cannot keep another out of the queue; who leaves frees his place; bounds over all models hold', async () => {
  const box = await serve({
    models: [quick(1), { ...quick(1), name: 'other' }],
    queue_size: 4,
    max_waiting_total: 8,
    max_running_total: 1,
  })
  const [first, second] = [await issue(box, 'first'), await issue(box, 'second')]
  const blocker = new AbortController()
  const client = connect(box, first.key)
  const stream = await client.chat.completions.create(
    { ...endless, stream: true },
    { signal: blocker.signal },
  )
  await stream[Symbol.asyncIterator]().next()
  const leave = new AbortController()
  const crowd: Promise<unknown>[] = []
  for (let count = 0; count < 4; count++) {
    const request = client.chat.completions.create(prompt, { signal: leave.signal })
    crowd.push(request.catch((cause: unknown) => cause))
    await until('it waits', async () => (await waiting(box)) === count + 1)
  }
  const fifth = client.chat.completions.create(prompt)
  await expect(fifth).rejects.toBeInstanceOf(RateLimitError)
  // The other model is idle, but one request runs and the key has half of all waiting places.
  const elsewhere = client.chat.completions.create({ ...prompt, model: 'other' })
  await expect(elsewhere).rejects.toMatchObject({ status: 429, code: 'queue_full' })
  const late = connect(box, second.key).chat.completions.create({ ...prompt, max_tokens: 2 })
  const displaced = (await Promise.race(crowd)) as RateLimitError
  expect(displaced).toBeInstanceOf(RateLimitError)
  expect(displaced.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
  expect(displaced.headers.get('retry-after-ms')).toMatch(/^[1-9]\d*$/)
  leave.abort()
  await until('all have left but one', async () => (await waiting(box)) === 1)
  await Promise.all(crowd)
  blocker.abort()
  expect((await late).choices).toHaveLength(1)
}, 120_000)
