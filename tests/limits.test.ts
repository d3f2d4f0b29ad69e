import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import OpenAI, { APIError, BadRequestError, RateLimitError } from 'openai'
import { afterEach, expect, test } from 'vitest'
import type { IssuedKeyAnswer } from '../src/protocols/control/key-types.ts'
import { startRedis, type TestRedis } from '../src/limits/redis.test-kit.ts'
import { createSandbox, until, type Sandbox } from './sandbox.ts'

const sandboxes: Sandbox[] = []
const servers: TestRedis[] = []
afterEach(async () => {
  await Promise.all(sandboxes.splice(0).map((each) => each.remove()))
  await Promise.all(servers.splice(0).map((each) => each.remove()))
})

async function serve(config: object, environment: Record<string, string> = {}) {
  const box = createSandbox(environment)
  sandboxes.push(box)
  writeFileSync(join(box.home, 'config.yaml'), JSON.stringify(config))
  const ran = await box.sluice('serve')
  expect(ran).toMatchObject({ code: 0 })
  return box
}

const createKey = (box: Sandbox, ...words: string[]) => box.json<IssuedKeyAnswer>('keys', 'create', ...words)
const connect = ({ daemonFile }: Sandbox, apiKey: string, maxRetries = 0) =>
  new OpenAI({ baseURL: `${daemonFile().base_url}/v1`, apiKey, maxRetries })

const question = {
  model: 'pocket',
  messages: [{ role: 'user' as const, content: 'Say hello.' }],
  max_tokens: 4,
}
const ask = (client: OpenAI, extra: object = {}) =>
  client.chat.completions.create({ ...question, ...extra, stream: false })
const failureOf = async (answer: Promise<unknown>): Promise<APIError> => {
  const failure = await answer.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  expect(failure).toBeInstanceOf(APIError)
  return failure as APIError
}

test('requests per minute: headers count down, then 429 says whose limit it was and when to come back', async () => {
  const box = await serve({
    models: ['pocket'],
    limits: [
      { key: '*', requests_per_minute: 3 },
      { team: 'search', requests_per_minute: 5 },
    ],
  })
  const first = await createKey(box, 'first', '--team', 'search')
  const second = await createKey(box, 'second', '--team', 'search')
  const remaining: (string | null)[] = []
  for (let turn = 0; turn < 3; turn += 1) {
    const { response } = await connect(box, first.key).chat.completions.create(question).withResponse()
    expect(response.headers.get('x-ratelimit-limit-requests')).toBe('3')
    expect(response.headers.get('x-ratelimit-reset-requests')).toMatch(/^(59(\.\d+)?s|1m0s)$/)
    remaining.push(response.headers.get('x-ratelimit-remaining-requests'))
  }
  expect(remaining).toEqual(['2', '1', '0'])
  const refused = await failureOf(ask(connect(box, first.key)))
  expect(refused).toBeInstanceOf(RateLimitError)
  expect(refused).toMatchObject({ status: 429, code: 'rate_limit_exceeded', type: 'rate_limit_error' })
  expect(refused.error).toMatchObject({
    limit: 'requests_per_minute',
    limit_of: `key ${first.id}`,
    limit_value: 3,
    limit_used: 3,
  })
  expect(refused.message).toContain(`the limit of 3 requests per minute for key ${first.id} is reached`)
  const { headers } = refused
  expect(Number(headers!.get('retry-after'))).toBeGreaterThan(0)
  expect(Number(headers!.get('retry-after'))).toBeLessThanOrEqual(61)
  expect(Number(headers!.get('retry-after-ms'))).toBeGreaterThan(0)
  expect(headers!.get('x-ratelimit-remaining-requests')).toBe('0')

  // The team's five: the refused one was charged to nobody.
  await ask(connect(box, second.key))
  await ask(connect(box, second.key))
  const team = await failureOf(ask(connect(box, second.key)))
  expect(team.error).toMatchObject({ limit_of: 'team search' })
  // Reading what models there are is no request of a model.
  expect((await connect(box, second.key).models.list()).data.length).toBeGreaterThan(0)
})

test('tokens: reserved with max_tokens, settled to what was used; streams alike', async () => {
  const box = await serve({
    models: ['pocket'],
    limits: [{ key: '*', model: 'pocket', tokens_per_minute: 400, tokens_per_day: 5000 }],
  })
  const { key, id } = await createKey(box, 'counted')
  const client = connect(box, key)
  const left = async (answer: { asResponse(): Promise<Response> }) => {
    const response = await answer.asResponse()
    const { usage } = (await response.json()) as OpenAI.ChatCompletion
    expect(response.headers.get('x-ratelimit-limit-tokens')).toBe('400')
    return { tokens: Number(response.headers.get('x-ratelimit-remaining-tokens')), used: usage!.total_tokens }
  }
  const usage = (await ask(client)).usage!
  // This request's own reservation is in the figure: what the last one did not use is back.
  const second = await left(client.chat.completions.create(question))
  expect(second.tokens).toBe(400 - usage.total_tokens - usage.prompt_tokens - 4)
  const stream = await client.chat.completions.create({
    ...question,
    stream: true,
    stream_options: { include_usage: true },
  })
  let streamed = 0
  for await (const chunk of stream) streamed = chunk.usage?.total_tokens ?? streamed
  expect(streamed).toBeGreaterThan(0)
  const third = await left(client.chat.completions.create({ ...question, max_tokens: 1 }))
  expect(third.tokens).toBe(400 - usage.total_tokens - second.used - streamed - usage.prompt_tokens - 1)

  const much = await failureOf(ask(client, { max_tokens: 370 }))
  expect(much).toMatchObject({ status: 429, code: 'rate_limit_exceeded' })
  expect(much.error).toMatchObject({
    limit: 'tokens_per_minute',
    limit_of: `key ${id} with model pocket`,
    limit_requested: usage.prompt_tokens + 370,
  })
  // What can never fit is no matter of waiting.
  const never = await failureOf(ask(client, { max_tokens: 390, n: 2 }))
  expect(never).toBeInstanceOf(BadRequestError)
  expect(never).toMatchObject({ status: 400, code: 'request_over_limit', param: 'max_tokens' })
  expect(never.headers!.get('retry-after')).toBeNull()
  expect(never.message).toContain('send a shorter prompt, a smaller max_tokens or fewer choices')
})

test('requests at the same time: the place is back when the answer has ended or the client has gone', async () => {
  const box = await serve({
    // Its 2000 tokens outlast whatever else the test does.
    models: [{ name: 'pocket', engine: 'fake', source: 'fake:?tokens_per_second=20', parallel: 4 }],
    limits: [{ user: '*', concurrent_requests: 1 }],
  })
  const { key } = await createKey(box, 'one', '--user', 'ann')
  const other = await createKey(box, 'other', '--user', 'ben')
  const client = connect(box, key)
  const long = { ...question, max_tokens: 2000, stream: true as const, ignore_eos: true } as never
  const stream = (await client.chat.completions.create(long)) as unknown as AsyncIterable<unknown> & {
    controller: AbortController
  }
  const iterator = stream[Symbol.asyncIterator]()
  await iterator.next()
  const refused = await failureOf(ask(client))
  expect(refused).toMatchObject({ status: 429, code: 'rate_limit_exceeded' })
  expect(refused.error).toMatchObject({ limit: 'concurrent_requests', limit_of: 'user ann' })
  expect(refused.headers!.get('retry-after')).toBe('1')
  await ask(connect(box, other.key))
  stream.controller.abort()
  await until('the place is free again', () =>
    ask(client).then(
      () => true,
      () => false,
    ),
  )
  for (let turn = 0; turn < 5; turn += 1) await ask(client)
})

test('money: a budget is spent by prices, says so, and survives no retry of the client', async () => {
  const box = await serve({
    models: ['pocket'],
    prices: { pocket: { input: 100, output: 1000 } },
    limits: [{ tenant: 'acme', budget_per_day: 0.02 }],
  })
  const { key } = await createKey(box, 'payer', '--tenant', 'acme')
  const stranger = await createKey(box, 'stranger')
  const client = connect(box, key, 2)
  let spent = 0
  let refused: APIError | undefined
  for (let turn = 0; turn < 20 && !refused; turn += 1) {
    try {
      const { usage } = await ask(client)
      spent += (usage!.prompt_tokens * 100 + usage!.completion_tokens * 1000) / 1e6
    } catch (cause) {
      refused = cause as APIError
    }
  }
  expect(spent).toBeGreaterThan(0)
  expect(spent).toBeLessThanOrEqual(0.02)
  expect(refused).toMatchObject({ status: 429, code: 'budget_exceeded' })
  expect(refused!.message).toContain('the limit of $0.02 per day for tenant acme is reached')
  expect((refused!.error as { limit_used: number }).limit_used).toBeCloseTo(spent, 9)
  expect(Number(refused!.headers!.get('retry-after'))).toBeGreaterThan(0)
  await ask(connect(box, stranger.key))
})

test.each([
  [{ limits: [{ key: '*', requests_per_minute: 0 }] }, 'limits.0.requests_per_minute'],
  [{ limits: [{ key: '*', tokens_per_minute: -1 }] }, 'limits.0.tokens_per_minute'],
  [{ limits: [{ key: '*', tokens_per_day: 1e300 }] }, 'limits.0.tokens_per_day'],
  [{ limits: [{ key: '*', concurrent_requests: 1.5 }] }, 'limits.0.concurrent_requests'],
  [{ limits: [{ requests_per_minute: 5 }] }, 'limits.0: says not whose limit it is'],
  [{ limits: [{ key: 'x' }] }, 'limits.0: limits nothing'],
  [{ limits: [{ team: 'x', budget_per_month: 5 }] }, 'limits.0.budget_per_month'],
  [{ limits_store: 'http://localhost' }, 'limits_store'],
])('%j is refused at start, with the key’s path', async (config, path) => {
  const box = createSandbox()
  sandboxes.push(box)
  writeFileSync(join(box.home, 'config.yaml'), JSON.stringify(config))
  const ran = await box.sluice('serve')
  expect(ran.code).toBe(2)
  expect(ran.stderr).toContain(path)
})

test('two daemons share one Redis; when it is killed, each goes by its policy, and when it is back they share again', async () => {
  const redis = await startRedis()
  servers.push(redis)
  const shared = {
    models: ['pocket'],
    limits_store: redis.address,
    limits_timeout: '3s',
    limits_replicas: 2,
    limits: [{ key: '*', requests_per_minute: 6 }],
  }
  const local = await serve({ ...shared })
  const closed = await serve({ ...shared, limits_on_failure: 'fail_closed' })
  // Nobody has made a key, so all callers are one.
  const [here, there] = [connect(local, 'none'), connect(closed, 'none')]
  for (let turn = 0; turn < 3; turn += 1) {
    await ask(here)
    await ask(there)
  }
  expect((await failureOf(ask(here))).error).toMatchObject({ limit_of: 'key anonymous' })
  expect((await failureOf(ask(there))).error).toMatchObject({ limit_of: 'key anonymous' })

  await redis.kill()
  // Here: three of six, since two daemons share them. There: nothing.
  for (let turn = 0; turn < 3; turn += 1) await ask(here)
  expect(await failureOf(ask(here))).toMatchObject({ status: 429 })
  const refused = await failureOf(ask(there))
  expect(refused).toMatchObject({ status: 503, code: 'limits_unavailable' })
  expect(Number(refused.headers!.get('retry-after'))).toBeGreaterThan(0)

  await redis.start()
  await until('they share again', () =>
    ask(there).then(
      () => true,
      () => false,
    ),
  )
  const log = () => readFileSync(join(local.home, 'logs', 'daemon.log'), 'utf8')
  await until('the log says so', () => log().includes('limits.store_back'))
  expect(log()).toContain('limits.store_lost')
  let admitted = 1
  for (const client of [here, there, here, there, here, there])
    admitted += await ask(client).then(
      () => 1,
      () => 0,
    )
  expect(admitted).toBe(6)
})
