import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { IssuedKeyAnswer } from '../src/protocols/control/key-types.ts'
import type { AllStats, DetailedStats, OwnStats, RequestsPage } from '../src/protocols/reports/types.ts'
import { eventRow, histogramOf, requestRow, usageRow } from '../src/stats/seed.test-kit.ts'
import { openStore } from '../src/store/open-store.ts'
import type { EventTable, RequestTable, UsageTable } from '../src/store/tables.ts'
import { openSandbox } from './open-sandbox.ts'
import { finish, until, type Sandbox } from './sandbox.ts'

type Rows = { requests?: RequestTable[]; usage_totals?: UsageTable[]; events?: EventTable[] }
/** As the ledger does: from another connection, before or while a daemon runs. */
async function seed({ home }: Sandbox, rows: Rows): Promise<void> {
  const { db, close } = await openStore(join(home, 'store.db'), pino({ level: 'silent' }))
  for (const [table, values] of Object.entries(rows)) {
    await db
      .insertInto(table as 'requests')
      .values(values as RequestTable[])
      .execute()
  }
  await close()
}

const get = ({ daemonFile }: Sandbox, path: string, key?: string) =>
  fetch(daemonFile().base_url + path, key ? { headers: { authorization: `Bearer ${key}` } } : {})
const read = async <T>(box: Sandbox, path: string, key?: string) =>
  (await (await get(box, path, key)).json()) as T
const refusal = async (box: Sandbox, path: string, key?: string) => {
  const answer = await get(box, path, key)
  const { error } = (await answer.json()) as { error: { code: string; param: string | null } }
  return [answer.status, error.code, error.param]
}
/** That of the start: it must not become another one in the middle of a test. */
const startHour = Math.floor(Date.now() / 3_600_000) * 3_600_000
const thisHour = () => startHour

test('an empty state folder: zeros, and no database for that', async () => {
  const box = openSandbox()
  await box.sluice('serve')
  expect(await read<OwnStats>(box, '/api/stats')).toMatchObject({
    key: 'anonymous',
    total: { requests: 0, cost_usd: 0, ttft_ms: null },
  })
  expect(await read(box, '/logs')).toEqual({ requests: [], next: null })
  expect((await box.sluice('stats', '--by', 'model')).stdout).toMatch(/^MODEL +REQUESTS[^]*total +0/)
  expect(existsSync(join(box.home, 'store.db'))).toBe(false)

  writeFileSync(join(box.home, 'store.db'), 'this is no database, however often one says so '.repeat(200))
  const away = await get(box, '/api/stats')
  expect([away.status, Number(away.headers.get('retry-after')) > 0]).toEqual([503, true])
  expect(await away.json()).toMatchObject({ error: { code: 'store_unavailable' } })
  expect((await get(box, '/v1/models')).status).toBe(200)
  const said = await box.sluice('stats')
  expect([said.code, said.stderr]).toEqual([
    6,
    expect.stringContaining('the store of usage cannot be read') as string,
  ])
})

test('without keys: what the anonymous caller did, and everything of the store', async () => {
  const box = openSandbox()
  const at = Date.now() - 60_000
  await seed(box, {
    usage_totals: [
      usageRow({
        hour: thisHour(),
        key_id: 'anonymous',
        requests: 4,
        errors: 1,
        cost_nano: 1_500_000,
        total_histogram: histogramOf(100, 200, 300, 400),
        ttft_histogram: histogramOf(20),
      }),
      usageRow({ hour: thisHour() - 48 * 3_600_000, key_id: 'anonymous', model: 'old' }),
      usageRow({ hour: thisHour(), key_id: 'k9', owner_user: 'zoe', model: 'qwen' }),
    ],
    requests: [
      requestRow({ id: 'one', at, key_id: 'anonymous' }),
      requestRow({
        id: 'two',
        at: at + 1,
        key_id: 'k9',
        model: 'qwen',
        status: 429,
        error: 'queue_full',
        finish: null,
      }),
    ],
    events: [
      eventRow({ at, name: 'startup' }),
      eventRow({ at: at + 1, name: 'worker.lost', details: '{"worker":"w1"}' }),
    ],
  })
  await box.sluice('serve')

  expect((await read<OwnStats>(box, '/api/stats')).total).toMatchObject({
    requests: 4,
    errors: 1,
    prompt_tokens: 10,
    completion_tokens: 5,
    cached_tokens: 2,
    cost_usd: 0.0015,
    ttft_ms: { count: 1 },
    queue_ms: null,
  })
  expect((await read<OwnStats>(box, '/api/stats?since=3d')).total.requests).toBe(5)
  const detailed = await read<DetailedStats>(box, '/api/stats/detailed?since=3d')
  expect(detailed.models.map(({ name, requests }) => [name, requests])).toEqual([
    ['pocket', 4],
    ['old', 1],
  ])
  expect(detailed.endpoints).toMatchObject([{ name: '/v1/chat/completions', requests: 5 }])
  expect(detailed.hours.map(({ name }) => name)).toEqual([
    new Date(thisHour() - 48 * 3_600_000).toISOString(),
    new Date(thisHour()).toISOString(),
  ])

  const all = await box.json<AllStats>('stats', '--by', 'user')
  expect(all).toMatchObject({ by: 'user', total: { requests: 5 }, groups_omitted: 0 })
  expect(all.groups.map(({ name }) => name)).toEqual([null, 'zoe'])
  const printed = (await box.sluice('stats', '--by', 'key')).stdout
  expect(printed).toMatch(/^KEY +REQUESTS +ERRORS/)
  expect(printed).toMatch(/anonymous +4 +1 \(25%\) +10 +2 +5 +\$0.0015 +20\/20\/20 ms/)
  expect(printed).toMatch(/total +5 /)
  expect((await box.json<AllStats>('stats', '--until', '1d', '--since', '3d')).total.requests).toBe(1)

  const ids = async (query: string) =>
    (await read<RequestsPage>(box, `/logs${query}`)).requests.map(({ id }) => id)
  expect(await ids('')).toEqual(['two', 'one'])
  expect(await ids('?status=4xx')).toEqual(['two'])
  expect(await ids('?status=200&model=pocket&key=anonymous&since=1h')).toEqual(['one'])
  const { next } = await read<RequestsPage>(box, '/logs?limit=1')
  expect(await ids(`?limit=1&cursor=${next}`)).toEqual(['one'])
  expect(await read(box, '/logs/one')).toMatchObject({ id: 'one', cost_usd: 0, request_body: null })
  expect(await read(box, '/api/events?name=worker.lost')).toMatchObject({
    events: [{ name: 'worker.lost', details: { worker: 'w1' } }],
  })
  expect((await box.sluice('logs', '--requests')).stdout).toMatch(/pocket[^]*qwen .* queue_full .*two\n$/)
  expect((await box.sluice('logs', '--events')).stdout).toMatch(/startup\n.*worker\.lost +worker=w1\n/)
  expect((await box.sluice('logs', '--id', 'two')).stdout).toMatch(/^error +queue_full$/m)
})

test('bad questions are refused, with the name of the parameter', async () => {
  const box = openSandbox()
  await box.sluice('serve')
  const bad = {
    '/api/stats?since=yesterday': 'since',
    '/api/stats?since=1h&since=2h': 'since',
    '/api/stats?since=1h&until=2h': 'since',
    '/api/stats/detailed?until=2027-13-45': 'until',
    '/api/admin/stats?by=weather': 'by',
    '/api/admin/stats?limit=0': 'limit',
    '/logs?limit=1001': 'limit',
    '/logs?limit=-1': 'limit',
    '/logs?status=abc': 'status',
    '/logs?status=4xx5': 'status',
    '/logs?cursor=x': 'cursor',
    '/logs?model=': 'model',
    '/api/events?limit=1e3': 'limit',
  }
  for (const [path, param] of Object.entries(bad))
    expect([path, ...(await refusal(box, path))]).toEqual([path, 400, 'invalid_request', param])
  for (const path of ['/api/stats?key=x', '/logs?offset=1', '/api/events?model=x', '/logs/one?x=1'])
    expect((await refusal(box, path)).slice(0, 2)).toEqual([400, 'unsupported_parameter'])
  expect(await refusal(box, '/logs/none')).toEqual([404, 'not_found', null])

  expect((await box.sluice('stats', '--since', 'soon')).code).toBe(2)
  expect((await box.sluice('stats', '--by', 'weather')).code).toBe(2)
  expect(await box.sluice('stats', '--watch')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('add --json') as string,
  })
  expect((await box.sluice('logs', '--status', '500')).code).toBe(2)
  expect((await box.sluice('logs', '--since', '1h')).code).toBe(2)
  expect((await box.sluice('logs', '--id', 'none')).code).toBe(4)
})

test('a key and a token see their own, an administrator everything', async () => {
  const secret = 'a secret of more than thirty-two characters'
  const box = openSandbox({ JWT_SECRET: secret })
  const create = (...words: string[]) => box.json<IssuedKeyAnswer>('keys', 'create', ...words)
  const [admin, web, other] = [await create('--admin'), await create('web'), await create('other')]
  const token = (claims: object) =>
    new SignJWT({ sub: 'ann', ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(Buffer.from(secret))
  const callers = [web.id, other.id, 'jwt:ann']
  await seed(box, {
    usage_totals: callers.map((key_id, index) =>
      usageRow({ hour: thisHour(), key_id, requests: 10 ** index }),
    ),
    requests: callers.map((key_id) => requestRow({ id: `of-${key_id}`, at: Date.now(), key_id })),
  })
  const own = async (key: string) => {
    const { requests } = await read<RequestsPage>(box, '/logs', key)
    const { total, key: id } = await read<OwnStats>(box, '/api/stats', key)
    return { id, requests: total.requests, logs: requests.map((row) => row.key) }
  }
  expect(await own(web.key)).toEqual({ id: web.id, requests: 1, logs: [web.id] })
  expect(await own(await token({}))).toEqual({ id: 'jwt:ann', requests: 100, logs: ['jwt:ann'] })
  expect((await own(admin.key)).logs.toSorted()).toEqual(callers.toSorted())
  expect((await read<DetailedStats>(box, '/api/stats/detailed', other.key)).models).toMatchObject([
    { name: 'pocket', requests: 10 },
  ])

  expect(await refusal(box, `/logs?key=${other.id}`, web.key)).toEqual([403, 'forbidden', 'key'])
  expect(await refusal(box, `/logs/of-${other.id}`, web.key)).toEqual([404, 'not_found', null])
  expect((await get(box, `/logs/of-${web.id}`, web.key)).status).toBe(200)
  expect((await get(box, `/logs/of-${web.id}`, admin.key)).status).toBe(200)
  for (const path of ['/api/admin/stats', '/api/events'])
    expect((await refusal(box, path, web.key)).slice(0, 2)).toEqual([403, 'forbidden'])
  for (const path of ['/api/stats', '/api/stats/detailed', '/api/admin/stats', '/logs', '/logs/x'])
    expect((await get(box, path)).status).toBe(401)
  const narrow = await create('narrow', '--endpoint', '/v1/*')
  expect((await get(box, '/api/stats', narrow.key)).status).toBe(403)

  const all = await read<AllStats>(box, '/api/admin/stats?by=key', await token({ admin: true }))
  expect(all.groups.map(({ name, label }) => [name, label])).toEqual([
    ['jwt:ann', null],
    [other.id, 'other'],
    [web.id, 'web'],
  ])
  expect((await box.json<RequestsPage>('logs', '--requests', '--key', web.key)).requests).toHaveLength(1)
})

test('following: new rows once each, long requests too; watching: a line each time; Ctrl-C ends both', async () => {
  const box = openSandbox()
  await seed(box, { requests: [requestRow({ id: 'before', at: Date.now() })] })
  await box.sluice('serve')
  const following = box.start('logs', '--requests', '--follow', '--json')
  let seen = ''
  following.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()))
  const followed = finish(following)
  await until('the first row is shown', () => seen.includes('"before"'))
  const long = requestRow({ id: 'long', at: Date.now() - 600_000, total_ms: 600_000 })
  await seed(box, { requests: [requestRow({ id: 'short', at: Date.now(), total_ms: 1 }), long] })
  await until('both new rows are shown', () => seen.includes('"short"') && seen.includes('"long"'))
  await seed(box, { requests: [requestRow({ id: 'last', at: Date.now() })] })
  await until('the last row is shown', () => seen.includes('"last"'))
  following.kill('SIGINT')
  const { code, stdout, stderr } = await followed
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const ids = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id)
  expect([...ids].sort()).toEqual(['before', 'last', 'long', 'short'])

  const watching = box.start('stats', '--watch', '--json')
  let lines = 0
  watching.stdout.on('data', (chunk: Buffer) => (lines += chunk.toString().split('\n').length - 1))
  const watched = finish(watching)
  await until('it has told twice', () => lines >= 2)
  watching.kill('SIGINT')
  const said = await watched
  expect(said.code).toBe(0)
  for (const line of said.stdout.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('total.requests')
})
