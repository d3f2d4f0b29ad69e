import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import OpenAI, { AuthenticationError, PermissionDeniedError, RateLimitError } from 'openai'
import { expect, test } from 'vitest'
import type { IssuedKeyAnswer, ListedKey } from '../src/protocols/control/key-types.ts'
import { openSandbox } from './open-sandbox.ts'
import { isAlive, until, type Sandbox } from './sandbox.ts'

const connect = ({ daemonFile }: Sandbox, apiKey: string) =>
  new OpenAI({ baseURL: `${daemonFile().base_url}/v1`, apiKey, maxRetries: 0 })

const ask = (client: OpenAI, model = 'pocket') =>
  client.chat.completions.create({
    model,
    messages: [{ role: 'user', content: 'Say hello.' }],
    max_tokens: 3,
  })

/** A plain request, where a client library would hide what matters. */
const get = (
  { daemonFile }: Sandbox,
  path: string,
  headers: Record<string, string>,
  init: RequestInit = {},
) =>
  fetch(daemonFile().base_url + path, {
    ...init,
    headers: { 'content-type': 'application/json', ...headers },
  })

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
const create = (box: Sandbox, ...words: string[]) => box.json<IssuedKeyAnswer>('keys', 'create', ...words)

test('from the first key on everybody needs one, but the commands of this user', async () => {
  const box = openSandbox()
  await box.sluice('serve')
  expect((await box.json<{ keys: ListedKey[] }>('keys', 'list')).keys).toEqual([])
  expect((await ask(connect(box, 'anything'))).choices).toHaveLength(1)

  const printed = await box.sluice('keys', 'create', '--admin')
  expect(printed).toMatchObject({ code: 0, stderr: '' })
  const admin = /^sk-sluice-[0-9a-z]{12}-[0-9A-Za-z]{48}$/m.exec(printed.stdout)![0]
  const normal = await create(box, 'web', '--team', 'search', '--user', 'ann', '--expires', '30d')
  expect(normal).toMatchObject({ name: 'web', team: 'search', user: 'ann', admin: false, status: 'active' })

  for (const key of [admin, normal.key]) expect((await ask(connect(box, key))).choices).toHaveLength(1)
  await expect(ask(connect(box, 'anything'))).rejects.toBeInstanceOf(AuthenticationError)
  expect((await get(box, '/v1/models', {})).status).toBe(401)
  expect((await get(box, '/v1/models', { 'x-api-key': normal.key })).status).toBe(200)
  expect((await get(box, '/v1/models', { 'api-key': normal.key })).status).toBe(200)
  expect((await get(box, '/health', {})).status).toBe(200)

  expect((await get(box, '/api/keys', bearer(normal.key))).status).toBe(403)
  const listed = (await (await get(box, '/api/keys', bearer(admin))).json()) as { keys: ListedKey[] }
  expect(listed.keys.map(({ name }) => name)).toEqual(['admin', 'web'])
  expect(JSON.stringify(listed)).not.toContain(normal.key.slice(-48))

  // Our own commands have a credential of their own.
  expect((await box.sluice('ps')).code).toBe(0)
  expect(await box.sluice('chat', '-p', 'Hi', '--max-tokens', '3')).toMatchObject({ code: 0, stderr: '' })
  // A loaded machine may make a run INVALID (10), which is no matter here.
  const measured = [0, 10]
  expect(measured).toContain((await box.sluice('bench', '-n', '2', '-c', '1', '--max-tokens', '4')).code)
  const url = `${box.daemonFile().base_url}/v1`
  const bench = ['bench', '--url', url, '--model', 'pocket', '-n', '2', '-c', '1', '--max-tokens', '4']
  expect(measured).not.toContain((await box.sluice(...bench)).code)
  expect(measured).toContain((await box.sluice(...bench, '--api-key', normal.key)).code)

  const log = readFileSync(join(box.home, 'logs', 'daemon.log'), 'utf8')
  expect(log).toContain(`"key":"${normal.id}"`)
  for (const secret of [admin, normal.key, box.daemonFile().token]) expect(log).not.toContain(secret)
})

test('keys that are no good, and what each may not', async () => {
  const box = openSandbox()
  await box.sluice('serve', '--model', 'pocket')
  await create(box, 'admin', '--admin')
  const good = await create(box, 'good')
  const foreign = openSandbox()
  const theirs = await create(foreign, 'theirs')
  const soon = new Date(Date.now() + 8000).toISOString()
  const ending = await create(box, 'ending', '--expires', soon)
  const bad = [
    good.key.slice(0, -1),
    `${good.key}x`,
    good.key.slice(0, -4) + 'zzzz',
    theirs.key,
    good.id,
    'none',
  ]
  for (const key of bad) {
    const failure = await ask(connect(box, key)).catch((cause: unknown) => cause)
    expect(failure).toBeInstanceOf(AuthenticationError)
    expect((failure as AuthenticationError).message).toBe('401 the key or token is not valid')
  }
  await until(
    'the key has expired',
    async () => (await get(box, '/v1/models', bearer(ending.key))).status === 401,
  )
  expect(await box.json<ListedKey>('keys', 'show', ending.id)).toMatchObject({ status: 'expired' })

  const narrow = await create(box, 'narrow', '--model', 'other*', '--endpoint', '/v1/chat/*')
  await expect(ask(connect(box, narrow.key))).rejects.toBeInstanceOf(PermissionDeniedError)
  await expect(connect(box, narrow.key).models.list()).rejects.toBeInstanceOf(PermissionDeniedError)
  const fitting = await create(box, 'fitting', '--model', 'poc*', '--endpoint', '/v1/chat/*')
  expect((await ask(connect(box, fitting.key))).choices).toHaveLength(1)

  expect((await box.sluice('keys', 'show', 'nobody')).code).toBe(4)
  expect((await box.sluice('keys', 'create', '--expires', 'soon')).code).toBe(2)
  expect((await box.sluice('keys', 'create', '--endpoint', 'chat')).code).toBe(2)
})

test('rotation with and without grace, revocation, and a restart keeps it all', async () => {
  const box = openSandbox()
  const first = await create(box, 'service')
  const works = async (key: string) => (await get(box, '/v1/models', bearer(key))).status === 200
  expect(await works(first.key)).toBe(true)
  const second = await box.json<IssuedKeyAnswer>('keys', 'rotate', first.id)
  expect(second.id).toBe(first.id)
  expect(Date.parse(second.grace_until!)).toBeGreaterThan(Date.now() + 23 * 3_600_000)
  expect([await works(first.key), await works(second.key)]).toEqual([true, true])

  await box.sluice('stop')
  await box.sluice('serve')
  expect([await works(first.key), await works(second.key)]).toEqual([true, true])
  expect((await get(box, '/v1/models', {})).status).toBe(401)

  const third = await box.json<IssuedKeyAnswer>('keys', 'rotate', first.id, '--grace', '0')
  expect([await works(first.key), await works(second.key), await works(third.key)]).toEqual([
    false,
    false,
    true,
  ])
  // The whole key is understood where its id is meant.
  expect(await box.json<ListedKey>('keys', 'revoke', third.key)).toMatchObject({ status: 'revoked' })
  expect(await works(third.key)).toBe(false)
  expect((await box.sluice('keys', 'rotate', first.id)).code).toBe(7)
  // The last key is gone, and the door stays shut.
  expect((await get(box, '/v1/models', {})).status).toBe(401)
  expect((await box.sluice('keys', 'list')).stdout).toMatch(/service +revoked/)
})

test('guessing is limited, with the time to wait; who is known goes on', async () => {
  const box = openSandbox()
  const { key } = await create(box, 'known')
  const client = connect(box, key)
  await client.models.list()
  let limited: unknown
  for (let count = 0; count < 30 && !limited; count += 1) {
    const failure = await connect(box, `sk-sluice-guess-${count}`)
      .models.list()
      .catch((cause: unknown) => cause)
    if (failure instanceof RateLimitError) limited = failure
    else expect(failure).toBeInstanceOf(AuthenticationError)
  }
  expect(limited).toMatchObject({ status: 429, code: 'too_many_attempts' })
  expect(Number((limited as RateLimitError).headers.get('retry-after'))).toBeGreaterThan(0)
  await client.models.list()
  expect((await box.sluice('ps')).code).toBe(0)
})

test('kill -9 loses no key that was shown', async () => {
  const box = openSandbox()
  const shown = [await create(box, 'admin', '--admin')]
  for (let round = 0; round < 6; round += 1) {
    await box.sluice('serve')
    const { pid } = box.daemonFile()
    const admin = bearer(shown[0]!.key)
    // Keys are being made when it dies; only those whose answer arrived count.
    const making = Array.from({ length: 20 }, async (_, index) => {
      const body = JSON.stringify({ name: `key-${round}-${index}` })
      const answer = await get(box, '/api/keys', admin, { method: 'POST', body })
      shown.push((await answer.json()) as IssuedKeyAnswer)
      if (index === round * 3) process.kill(pid, 'SIGKILL')
    })
    await Promise.allSettled(making)
    await until('the daemon is gone', () => !isAlive(pid))
  }
  await box.sluice('serve')
  for (const { key } of shown) expect((await get(box, '/v1/models', bearer(key))).status).toBe(200)
  expect(shown.length).toBeGreaterThan(6)
})

test('an open address needs a key first; making one starts nothing that is open', async () => {
  const box = openSandbox({ SLUICE_HOST: '0.0.0.0' })
  const refused = await box.sluice('serve')
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('sluice keys create --admin')
  const made = await box.sluice('keys', 'create', '--admin', '--json')
  expect(made).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('start it with: sluice serve') as string,
  })
  const { key } = JSON.parse(made.stdout) as IssuedKeyAnswer
  expect((await box.sluice('status')).code).toBe(3)
  expect((await box.sluice('serve')).code).toBe(0)
  expect((await get(box, '/v1/models', {})).status).toBe(401)
  expect((await get(box, '/v1/models', bearer(key))).status).toBe(200)
})
