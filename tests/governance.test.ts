import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { APIError } from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { IssuedKeyAnswer, ListedKey } from '../src/protocols/control/key-types.ts'
import type { VerifiedUsage } from '../src/protocols/control/usage-types.ts'
import type {
  AllStats,
  DetailedStats,
  EventsPage,
  LoggedExchange,
  OwnStats,
  RequestsPage,
} from '../src/protocols/reports/types.ts'
import {
  box,
  createCaller,
  createKey,
  createToken,
  get,
  governedConfig,
  note,
  read,
  type Caller,
} from './governed-daemon.ts'
import { addRefusal, rounded, sum, tallyOf, tallyOfRows } from './usage-tally.ts'

let admin: Caller
let web: Caller
let other: Caller
let ann: Caller
let everybody: Caller[]

beforeAll(async () => {
  writeFileSync(join(box.home, 'config.yaml'), JSON.stringify(governedConfig))
  expect(await box.sluice('serve')).toMatchObject({ code: 0, stderr: '' })
  admin = await createKey('root', '--admin')
  web = await createKey('web', '--user', 'wim', '--team', 'search', '--tenant', 'acme')
  other = await createKey('other', '--team', 'batch', '--endpoint', '/v1/*', '--endpoint', '/logs*')
  ann = createCaller('jwt:ann', await createToken({ team: 'search', tenant: 'acme' }))
  everybody = [admin, web, other, ann]
}, 180_000)
afterAll(() => box.remove())

async function refused(caller: Caller, answer: Promise<unknown>): Promise<APIError> {
  const failure: unknown = await answer.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  expect(failure).toBeInstanceOf(APIError)
  addRefusal(caller.tally)
  return failure as APIError
}

const messages = (content: string) => [{ role: 'user' as const, content }]
const rateHeaders = ['limit', 'remaining', 'reset'].flatMap((what) =>
  ['requests', 'tokens'].map((of) => `x-ratelimit-${what}-${of}`),
)

/** Every endpoint of /v1, streamed and not; each answer's usage is noted. */
async function useEverything(caller: Caller): Promise<void> {
  const { client } = caller
  for (const model of ['pocket', 'quick'] as const) {
    const question = { model, messages: messages(`What is 7 + 5? asks ${caller.id}`), max_tokens: 9 }
    const { data, response, request_id } = await client.chat.completions
      .create({ ...question, service_tier: 'auto' })
      .withResponse()
    note(caller, model, data.usage!)
    expect(request_id).toMatch(/^[0-9a-f-]{36}$/)
    for (const name of rateHeaders)
      expect([name, response.headers.get(name)]).toEqual([name, expect.stringMatching(/\d/)])
    expect(response.headers.get('x-sluice-priority')).toBe([web, ann].includes(caller) ? 'high' : 'normal')
    // Once more: now the prompt is cached, which has a price of its own.
    note(caller, model, (await client.chat.completions.create(question)).usage!)
    const streamed = { stream: true as const, stream_options: { include_usage: true } }
    for await (const chunk of await client.chat.completions.create({ ...question, ...streamed }))
      if (chunk.usage) note(caller, model, chunk.usage)
    const text = { model, prompt: 'Once upon a time', max_tokens: 7 }
    note(caller, model, (await client.completions.create(text)).usage!)
    for await (const chunk of await client.completions.create({ ...text, ...streamed }))
      if (chunk.usage) note(caller, model, chunk.usage)
  }
  const embedded = await client.embeddings
    .create({ model: 'vectors', input: ['a robot', 'a dragon'] })
    .withResponse()
  note(caller, 'vectors', embedded.data.usage)
  expect(embedded.response.headers.get('x-sluice-flags')).toBe('noted')
  expect((await client.models.list()).data.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['pocket', 'quick', 'vectors']),
  )
  expect(await client.models.retrieve('quick')).toMatchObject({ id: 'quick' })
}

/** What is refused, each for a reason of its own. */
async function beRefused(caller: Caller): Promise<void> {
  const ask = (content: string, extra: object = {}) =>
    caller.client.chat.completions.create({ model: 'quick', messages: messages(content), ...extra })
  const blocked = await refused(caller, ask('how is nerve gas made?'))
  expect(blocked).toMatchObject({ status: 400, code: 'content_blocked' })
  const over = await refused(caller, ask('Hi', { max_tokens: 4000, n: 2 }))
  expect(over).toMatchObject({ status: 400, code: 'request_over_limit' })
  expect((await refused(caller, ask('Hi', { model: 'nobody' }))).code).toBe('model_not_found')
}

test('keys and tokens use every endpoint of /v1; what they may not is refused with its reason', async () => {
  for (const caller of everybody) await useEverything(caller)
  for (const caller of [web, ann]) await beRefused(caller)
  const redacted = await web.client.chat.completions
    .create({ model: 'quick', messages: messages('write to jo@example.org') })
    .withResponse()
  note(web, 'quick', redacted.data.usage!)
  expect(redacted.response.headers.get('x-sluice-flags')).toBe('mail')
  const lowered = await ann.client.chat.completions
    .create({ model: 'quick', messages: messages('no hurry') }, { headers: { 'x-sluice-priority': 'low' } })
    .withResponse()
  note(ann, 'quick', lowered.data.usage!)
  expect(lowered.response.headers.get('x-sluice-priority')).toBe('low')
  expect(web.tally.cached_tokens).toBeGreaterThan(0)
})

test('stats, rows and the ledger are the sums of the answers, and the money is tokens times prices', async () => {
  // Takes over what is on its way to the store, too.
  const verified = await box.json<VerifiedUsage>('usage', 'verify')
  const all = sum(everybody.map(({ tally }) => tally))
  expect(verified).toMatchObject({ agrees: true, requests: all.requests, dropped: 0, damaged: 0 })
  for (const caller of [admin, web, ann]) {
    const own = await read<OwnStats>('/api/stats', caller)
    expect({ key: own.key, ...tallyOf(own.total) }).toEqual({ key: caller.id, ...rounded(caller.tally) })
    const detailed = await read<DetailedStats>('/api/stats/detailed', caller)
    expect(sum(detailed.hours.map(tallyOf))).toEqual(rounded(caller.tally))
    expect(sum(detailed.endpoints.map(tallyOf))).toEqual(rounded(caller.tally))
    const refusals = tallyOf(detailed.models.find(({ name }) => name === 'quick')!).errors
    for (const [model, tally] of caller.byModel)
      expect(tallyOf(detailed.models.find(({ name }) => name === model)!)).toEqual({
        ...rounded(tally),
        requests: tally.requests + (model === 'quick' ? refusals : 0),
        errors: model === 'quick' ? refusals : 0,
      })
  }
  const groups = await read<AllStats>('/api/admin/stats?by=key', admin)
  expect(tallyOf(groups.total)).toEqual(all)
  for (const { id, tally } of everybody)
    expect([id, tallyOf(groups.groups.find(({ name }) => name === id)!)]).toEqual([id, rounded(tally)])
  const { groups: teams } = await read<AllStats>('/api/admin/stats?by=team', admin)
  expect(tallyOf(teams.find(({ name }) => name === 'search')!)).toEqual(sum([web.tally, ann.tally]))
  expect(await box.json<AllStats>('stats', '--by', 'key')).toMatchObject({ total: groups.total })
  const { requests } = await read<RequestsPage>('/logs?limit=1000', admin)
  expect(tallyOfRows(requests)).toEqual(all)
})

test('a key and a token see their own rows and nothing of others', async () => {
  for (const caller of [web, other, ann]) {
    const { requests } = await read<RequestsPage>('/logs?limit=1000', caller)
    expect(new Set(requests.map(({ key }) => key))).toEqual(new Set([caller.id]))
    expect(tallyOfRows(requests)).toEqual(rounded(caller.tally))
  }
  const { requests } = await read<RequestsPage>('/logs?status=400&limit=10', web)
  expect(new Set(requests.map(({ error }) => error))).toEqual(
    new Set(['content_blocked', 'request_over_limit']),
  )
  const [row] = (await read<RequestsPage>('/logs?status=200&limit=1&model=quick', web)).requests
  const whole = await read<LoggedExchange>(`/logs/${row!.id}`, web)
  expect(whole).toMatchObject({ key: web.id, user: 'wim', team: 'search', tenant: 'acme', worker: 'quick-1' })
  expect(whole).toMatchObject({ token_source: 'engine', finish_reason: 'stop', flags: ['mail'] })
  expect(whole.request_body).toContain('redacted')
  expect(whole.request_body).not.toContain('jo@example.org')
  expect(whole.response_body).not.toBeNull()
  expect((await read<LoggedExchange>(`/logs/${whole.request_id}`, admin)).id).toBe(whole.id)
  expect((await get(`/logs/${whole.id}`, ann)).status).toBe(404)
  expect((await get(`/logs?key=${web.id}`, ann)).status).toBe(403)
  expect((await get('/api/stats', other)).status).toBe(403)
})

const closed: [string, string][] = [
  ['GET', '/api/admin/stats'],
  ['GET', '/api/events'],
  ['GET', '/api/keys'],
  ['POST', '/api/keys'],
  ['GET', '/api/keys/none'],
  ['DELETE', '/api/keys/none'],
  ['POST', '/api/keys/none/rotate'],
  ['POST', '/api/usage/verify'],
  ['GET', '/api/daemon'],
  ['POST', '/api/daemon/stop'],
  ['GET', '/api/engines'],
  ['GET', '/api/models'],
  ['POST', '/api/models/load'],
  ['POST', '/api/models/unload'],
  ['POST', '/api/models/reset-cache'],
  ['POST', '/api/models/pull'],
  ['GET', '/api/workers'],
  ['POST', '/api/workers/drain'],
]
test.each(closed)('%s %s is for administrators', async (method, path) => {
  for (const caller of [web, ann]) {
    const answer = await get(path, caller, { method })
    expect([answer.status, await answer.json()]).toMatchObject([403, { error: { code: 'forbidden' } }])
  }
  expect((await get(path, { credential: 'anything' }, { method })).status).toBe(401)
})

test('an administrator, by key and by token, makes keys, rotates and ends them; events tell of it', async () => {
  const asAdmin = { credential: await createToken({ sub: 'boss', admin: true }) }
  const send = async (method: string, path: string, body?: object) => {
    const init = { method, ...(body && { body: JSON.stringify(body) }) }
    const answer = await get(path, asAdmin, init)
    return [answer.status, (await answer.json()) as IssuedKeyAnswer] as const
  }
  const [created, made] = await send('POST', '/api/keys', { name: 'made', models: ['quick'] })
  expect([created, made.status]).toEqual([201, 'active'])
  const holder = createCaller(made.id, made.key)
  expect((await holder.client.models.list()).data.map(({ id }) => id)).toEqual(['quick'])
  const [, again] = await send('POST', `/api/keys/${made.id}/rotate`, { grace_ms: 0 })
  expect((await get('/v1/models', holder)).status).toBe(401)
  expect((await get('/v1/models', { credential: again.key })).status).toBe(200)
  expect(await read<ListedKey>(`/api/keys/${made.id}`, admin)).toMatchObject({
    name: 'made',
    models: ['quick'],
  })
  expect((await box.json<ListedKey>('keys', 'show', made.id)).rotated_at).not.toBeNull()
  expect((await send('DELETE', `/api/keys/${made.id}`))[0]).toBe(200)
  expect((await get('/v1/models', { credential: again.key })).status).toBe(401)
  const listed = await read<{ keys: ListedKey[] }>('/api/keys', admin)
  expect(listed.keys.find(({ id }) => id === made.id)!.status).toBe('revoked')
  expect(await box.json('keys', 'list')).toEqual(listed)

  await box.json('usage', 'verify')
  const { events } = await read<EventsPage>('/api/events?limit=1000', admin)
  expect(events.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'server.startup',
      'model.loaded',
      'server.ready',
      'key.created',
      'key.rotated',
      'key.revoked',
    ]),
  )
  expect(await box.json<EventsPage>('logs', '--events', '--limit', '1000')).toEqual({ events, next: null })
  const ofWeb = await box.json<RequestsPage>('logs', '--requests', '--key', web.id, '--limit', '1000')
  expect(tallyOfRows(ofWeb.requests)).toEqual(rounded(web.tally))
  const [row] = ofWeb.requests
  expect(await box.json<LoggedExchange>('logs', '--id', row!.id)).toMatchObject({ id: row!.id, key: web.id })
})

test('the queue, the health and the sums after a restart', async () => {
  const crowd = Array.from({ length: 8 }, async () => {
    const { usage } = await ann.client.chat.completions.create({
      model: 'quick',
      messages: messages('now'),
      max_tokens: 4,
    })
    note(ann, 'quick', usage!)
  })
  await Promise.all(crowd)
  expect(await (await fetch(`${box.daemonFile().base_url}/ready`)).json()).not.toHaveProperty('degraded')
  await box.sluice('stop')
  expect(await box.sluice('serve')).toMatchObject({ code: 0, stderr: '' })
  expect(await box.json<VerifiedUsage>('usage', 'verify')).toMatchObject({ agrees: true })
  const own = await read<OwnStats>('/api/stats', ann)
  expect(tallyOf(own.total)).toEqual(rounded(ann.tally))
  // The day's tokens of the team: what was used before the restart is gone from today's.
  const moved = createCaller(web.id, web.credential)
  const { response } = await moved.client.chat.completions
    .create({ model: 'pocket', messages: messages('Hi'), max_tokens: 1 })
    .withResponse()
  const used =
    web.tally.prompt_tokens +
    web.tally.completion_tokens +
    ann.tally.prompt_tokens +
    ann.tally.completion_tokens
  expect(response.headers.get('x-ratelimit-limit-tokens')).toBe('80000')
  expect(80_000 - Number(response.headers.get('x-ratelimit-remaining-tokens'))).toBeGreaterThan(used)
})
