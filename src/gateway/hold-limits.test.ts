import { expect, test } from 'vitest'
import { createLimits } from '../limits/limits.ts'
import { createMemoryStore } from '../limits/memory-store.ts'
import { createPriceList } from '../limits/price-list.ts'
import { createRuleBook, type LimitRule } from '../limits/rule-book.ts'
import { createGate } from './gate.test-kit.ts'
import { openAnswer, send } from './http-client.test-kit.ts'
import { chatBody, openGateway, streamed, type OpenOptions } from './open-gateway.test-kit.ts'

/** The scripted engine counts two tokens for the prompt and two for the answer. */
async function open(rule: LimitRule, options: OpenOptions = {}) {
  const rules = createRuleBook([{ key: '*', ...rule }])
  const store = createMemoryStore()
  const prices = createPriceList({ tiny: { input: 1, cached: 0.5, output: 10 } })
  const limits = createLimits({ rules, prices, store, answerTokens: 50 })
  const gateway = openGateway({ ...options, limits })
  const { origin, port } = await gateway.listen()
  const post = (body: object, path = '/v1/chat/completions') =>
    fetch(origin + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const nobody = { user: null, team: null, tenant: null }
  const counters = rules.countersFor({ key: 'anonymous', ...nobody, model: 'tiny' })
  /** Of each limit, in the order of the config's fields. */
  const used = () =>
    store.reserve(counters.map((counter) => ({ counter, amount: 0 }))).levels.map((level) => level.used)
  return { ...gateway, post, used, port }
}

test('answers and streams carry the headers and settle to what they used', async () => {
  const { post, used } = await open({ tokens_per_minute: 910 })
  const plain = await post(chatBody({ max_tokens: 20 }))
  expect(plain.headers.get('x-ratelimit-remaining-tokens')).toBe('888')
  await plain.text()
  const stream = await post(streamed({ max_tokens: 20, n: 2 }))
  expect(stream.headers.get('x-ratelimit-remaining-tokens')).toBe(String(910 - 4 - 42))
  expect(stream.headers.get('content-type')).toContain('text/event-stream')
  await stream.text()
  expect(used()).toEqual([4 + 2 + 4])
})

test('a client that leaves pays for its prompt and for what was generated', async () => {
  const gate = createGate()
  const { port, used, engine } = await open({ tokens_per_minute: 910 }, { script: { step: gate.step } })
  const outgoing = send(port, streamed({ max_tokens: 30 }))
  gate.let(1)
  await expect.poll(() => engine.seen.events).toBe(1)
  expect(used()).toEqual([32])
  outgoing.destroy()
  await expect.poll(used).toEqual([3])
})

test('who is refused by the queue, or leaves while he waits in it, pays nothing', async () => {
  const rule = { tokens_per_minute: 910, requests_per_minute: 1000, concurrent_requests: 3 }
  const { port, used, admission, post } = await open(rule, { slots: 1, queue: 1 })
  const release = await admission.enter({ units: 1, key: 'other', signal: new AbortController().signal })
  const waiting = send(port, chatBody({ max_tokens: 30 }))
  await expect.poll(() => admission.status().waiting).toBe(1)
  expect(used()).toEqual([1, 32, 1])
  const full = await post(chatBody({ max_tokens: 30 }))
  expect(full.status).toBe(429)
  expect(await full.json()).toMatchObject({ error: { code: 'queue_full' } })
  waiting.destroy()
  await expect.poll(used).toEqual([0, 0, 0])
  release()
})

test('a stream holds its place until it has ended', async () => {
  const gate = createGate()
  const { port, post } = await open({ concurrent_requests: 1 }, { script: { step: gate.step } })
  gate.let(1)
  const answer = await openAnswer(port, streamed())
  const refused = await post(chatBody())
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after-ms')).toBe('1000')
  expect(await refused.json()).toMatchObject({
    error: { limit: 'concurrent_requests', limit_of: 'key anonymous' },
  })
  gate.let(10)
  await answer.ended
  expect((await post(chatBody())).status).toBe(200)
})

test('embeddings count the tokens of their inputs, and nothing when the model makes none', async () => {
  const { post, engine } = await open({ tokens_per_minute: 100 })
  const none = await post({ model: 'tiny', input: 'four' }, '/v1/embeddings')
  expect(none.status).toBe(400)
  engine.embed = async ({ inputs }) => ({
    vectors: inputs.map(() => Float32Array.from([1])),
    promptTokens: 9,
  })
  const answer = await post({ model: 'tiny', input: ['four', 'ab'] }, '/v1/embeddings')
  expect(answer.headers.get('x-ratelimit-remaining-tokens')).toBe('94')
  await answer.text()
  const much = await post({ model: 'tiny', input: 'x'.repeat(95) }, '/v1/embeddings')
  // Nine were used, says the engine.
  expect(await much.json()).toMatchObject({ error: { code: 'rate_limit_exceeded', limit_used: 9 } })
})

test('a wait of more than a minute tells the official clients not to try again', async () => {
  const { post } = await open({ budget_per_day: 0.000_05 })
  await (await post(chatBody({ max_tokens: 3 }))).text()
  await (await post(chatBody({ max_tokens: 2 }))).text()
  const refused = await post(chatBody({ max_tokens: 2 }))
  expect(await refused.json()).toMatchObject({ error: { code: 'budget_exceeded', type: 'rate_limit_error' } })
  const longer = Number(refused.headers.get('retry-after-ms')) > 60_000
  expect(refused.headers.get('x-should-retry')).toBe(longer ? 'false' : null)
})
