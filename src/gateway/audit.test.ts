import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { createPrincipal } from '../keys/principal.ts'
import type { LedgerRow } from '../stats/ledger-line.ts'
import { chatBody, openGateway, streamed, type OpenOptions } from './open-gateway.test-kit.ts'

type Row = Omit<LedgerRow, 'id'>

function open(options: OpenOptions = {}, keepsBodies = false) {
  const rows: Row[] = []
  return { rows, ...openGateway({ ...options, audit: { record: (row) => rows.push(row), keepsBodies } }) }
}
const url = '/v1/chat/completions'

test('one row per request that asks a model, with the engine’s own counts, streamed or not', async () => {
  const owner = { user: 'ann', team: 'search', tenant: 'acme' }
  const principal = createPrincipal('key', 'k1', owner, { models: [], endpoints: [], admin: false })
  const { app, rows } = open({ access: { identify: () => principal } })
  const { usage } = (await app.inject({ method: 'POST', url, payload: chatBody({ n: 2 }) })).json()
  await app.inject({ method: 'POST', url, payload: streamed(), headers: { 'x-request-id': 'mine' } })
  for (const path of ['/v1/models', '/health', '/', '/nowhere'])
    await app.inject({ method: 'GET', url: path })
  expect(rows).toHaveLength(2)
  expect(rows[0]).toMatchObject({
    endpoint: url,
    model: 'tiny',
    key_id: 'k1',
    owner_user: 'ann',
    owner_team: 'search',
    owner_tenant: 'acme',
    status: 200,
    error: null,
    finish: 'stop',
    streamed: 0,
    token_source: 'engine',
    cost_nano: 0,
    prompt_tokens: usage.prompt_tokens,
    completion_tokens: usage.completion_tokens,
    cached_tokens: usage.prompt_tokens_details.cached_tokens,
    request_body: null,
    response_body: null,
    flags: null,
  })
  expect(rows[0]!.at).toBeGreaterThan(Date.now() - 60_000)
  for (const field of ['queue_ms', 'ttft_ms', 'total_ms'] as const)
    expect(rows[0]![field]).toBeGreaterThanOrEqual(0)
  expect(rows[1]).toMatchObject({ request_id: 'mine', streamed: 1, status: 200 })
})

test('what is refused has a row too, and has used no tokens', async () => {
  const refuse = {
    identify: () => {
      throw new AppError('invalid_api_key', 'no')
    },
  }
  const { app, rows } = open({ access: refuse })
  await app.inject({ method: 'POST', url, payload: chatBody() })
  expect(rows).toMatchObject([{ status: 401, error: 'invalid_api_key', key_id: 'unknown', model: null }])

  const full = open({ slots: 1, queue: 0, script: { step: () => new Promise(() => undefined) } })
  const { origin } = await full.listen()
  const abort = new AbortController()
  const send = (signal?: AbortSignal) =>
    fetch(origin + url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(chatBody()),
      ...(signal && { signal }),
    })
  const first = send(abort.signal).catch(() => undefined)
  await expect.poll(() => full.admission.status().running).toBe(1)
  expect((await send()).status).toBe(429)
  await expect.poll(() => full.rows).toHaveLength(1)
  expect(full.rows[0]).toMatchObject({
    status: 429,
    error: 'queue_full',
    prompt_tokens: 0,
    token_source: null,
  })
  abort.abort()
  await first
  await expect.poll(() => full.rows).toHaveLength(2)
  expect(full.rows[1]).toMatchObject({ status: 499, error: 'cancelled' })
  const { app: other, rows: bad } = open()
  await other.inject({ method: 'POST', url, payload: { model: 'nope', messages: [] } })
  await other.inject({ method: 'POST', url, payload: '{', headers: { 'content-type': 'application/json' } })
  expect(bad).toMatchObject([{ status: 400, key_id: 'anonymous' }, { status: 400 }])
})

test('a stream that fails has its failure’s own status, and what it had used', async () => {
  const step = (count: number) =>
    count > 1 ? Promise.reject(new AppError('engine_failed', 'gone')) : undefined
  const { app, rows } = open({ script: { step } })
  await app.inject({ method: 'POST', url, payload: streamed() })
  expect(rows).toMatchObject([{ status: 502, error: 'engine_failed', streamed: 1, token_source: 'engine' }])
  expect(rows[0]!.prompt_tokens).toBe(2)
})

test('bodies only where they are wanted, and without secrets', async () => {
  const { app, rows } = open({ script: { pieces: () => ['write to ann', '@example', '.com'] } }, true)
  const messages = [{ role: 'user', content: 'I am bob@example.com' }]
  await app.inject({ method: 'POST', url, payload: streamed({ messages }) })
  expect(JSON.parse(rows[0]!.request_body!)).toMatchObject({
    messages: [{ role: 'user', content: 'I am [redacted email]' }],
  })
  expect(JSON.parse(rows[0]!.response_body!)).toEqual(['write to [redacted email]'])
})

test('/ready tells what is degraded, and takes requests all the same', async () => {
  const conditions = () => [
    { name: 'ledger', degraded: 'the store takes nothing' },
    { name: 'limits', degraded: null },
  ]
  const { app } = openGateway({ conditions })
  const answer = await app.inject({ method: 'GET', url: '/ready' })
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toMatchObject({
    status: 'ready',
    degraded: [{ name: 'ledger', degraded: 'the store takes nothing' }],
  })
})
