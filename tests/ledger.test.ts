import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import OpenAI from 'openai'
import { expect, test } from 'vitest'
import type { IssuedKeyAnswer, ListedKey } from '../src/protocols/control/key-types.ts'
import type { VerifiedUsage } from '../src/protocols/control/usage-types.ts'
import { openSandbox } from './open-sandbox.ts'
import { isAlive, until, type Sandbox } from './sandbox.ts'

const serve = async ({ sluice, daemonFile }: Sandbox) => {
  const { code, stderr } = await sluice('serve', '--model', 'fake:?tokens=12')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return daemonFile()
}
const connect = (baseURL: string, apiKey: string) =>
  new OpenAI({ baseURL: `${baseURL}/v1`, apiKey, maxRetries: 0 })
const ask = { model: 'fake', messages: [{ role: 'user' as const, content: 'Tell me a story' }] }

type Row = Record<string, string | number | null>
function query({ home }: Sandbox, text: string): Row[] {
  const database = new DatabaseSync(join(home, 'store.db'), { readOnly: true })
  try {
    return database.prepare(text).all() as Row[]
  } finally {
    database.close()
  }
}

test('the rows are the answers’ own usage; verify agrees; a daemon without keys stays open', async () => {
  const box = openSandbox()
  const { base_url } = await serve(box)
  const client = connect(base_url, 'none')
  const plain = await client.chat.completions.create(ask)
  const stream = await client.chat.completions.create({
    ...ask,
    stream: true,
    stream_options: { include_usage: true },
  })
  const chunks: OpenAI.ChatCompletionChunk[] = []
  for await (const chunk of stream) chunks.push(chunk)
  await client.chat.completions.create({ ...ask, model: 'nope' }).catch(() => undefined)
  const streamedUsage = chunks.at(-1)!.usage!
  expect(await box.json<VerifiedUsage>('usage', 'verify')).toMatchObject({
    agrees: true,
    requests: 3,
    dropped: 0,
  })
  const rows = query(box, 'select * from requests order by id')
  expect(rows).toMatchObject([
    {
      ...usageOf(plain.usage!),
      streamed: 0,
      status: 200,
      key_id: 'anonymous',
      worker: 'fake-1',
      model: 'fake',
    },
    { ...usageOf(streamedUsage), streamed: 1, status: 200, finish: 'stop', token_source: 'engine' },
    { status: 404, error: 'model_not_found', model: null, prompt_tokens: 0 },
  ])
  await box.sluice('stop')
  await serve(box)
  expect((await fetch(`${box.daemonFile().base_url}/v1/models`)).status).toBe(200)

  await box.json<IssuedKeyAnswer>('keys', 'create', 'first', '--admin')
  expect((await fetch(`${box.daemonFile().base_url}/v1/models`)).status).toBe(401)
  await box.json('usage', 'verify')
  const names = query(box, 'select name from events order by id').map(({ name }) => name)
  for (const name of ['server.startup', 'model.loaded', 'server.ready', 'server.stopped', 'key.created'])
    expect(names).toContain(name)

  const database = new DatabaseSync(join(box.home, 'store.db'))
  database.exec('update usage_totals set completion_tokens = completion_tokens + 1')
  database.close()
  const wrong = await box.sluice('usage', 'verify')
  expect(wrong.code).toBe(1)
  expect(wrong.stdout).toContain('completion_tokens')
})

const usageOf = (usage: OpenAI.CompletionUsage) => ({
  prompt_tokens: usage.prompt_tokens,
  completion_tokens: usage.completion_tokens,
  cached_tokens: usage.prompt_tokens_details!.cached_tokens,
})

test('a store that takes nothing: requests are served, /ready tells, nothing is lost', async () => {
  const box = openSandbox()
  const { base_url } = await serve(box)
  await box.json<VerifiedUsage>('usage', 'verify')
  const database = new DatabaseSync(join(box.home, 'store.db'))
  database.exec('begin immediate')
  await connect(base_url, 'none').chat.completions.create(ask)
  const ready = async () =>
    (await (await fetch(`${base_url}/ready`)).json()) as { degraded?: { name: string }[] }
  await until('/ready tells of the store', async () => (await ready()).degraded?.[0]?.name === 'ledger')
  expect((await box.sluice('usage', 'verify')).code).toBe(6)
  database.exec('rollback')
  database.close()
  expect(await box.json<VerifiedUsage>('usage', 'verify')).toMatchObject({ agrees: true, requests: 1 })
  expect((await ready()).degraded).toBeUndefined()
})

test('a store that cannot be read may hold keys: the daemon does not start with it, pepper or not', async () => {
  const box = openSandbox()
  const path = join(box.home, 'store.db')
  writeFileSync(path, 'no database, and never was one. '.repeat(500))
  const refused = await box.sluice('serve')
  expect(refused.code).not.toBe(0)
  expect(refused.stderr).toMatch(
    /store\.db cannot be opened: file is not a database; .*move the file away to begin/,
  )
  rmSync(path)
  const { base_url } = await serve(box)
  expect((await fetch(`${base_url}/v1/models`)).status).toBe(200)
})

const kills = Number(process.env.KILLS ?? 8)

test('killed under load again and again: keys and settled usage are there each time', async () => {
  const box = openSandbox()
  let daemon = await serve(box)
  const { key, id } = await box.json<IssuedKeyAnswer>('keys', 'create', 'load', '--admin')
  let settled = 0
  for (let kill = 0; kill < kills; kill += 1) {
    let answered = 0
    const client = connect(daemon.base_url, key)
    const load = Array.from({ length: 8 }, async () => {
      try {
        for (;;) {
          await client.chat.completions.create(ask)
          answered += 1
        }
      } catch {
        // The daemon is gone.
      }
    })
    await until('some are answered', () => answered > 10 + Math.random() * 100)
    // What verify has seen is settled.
    if (kill % 2 === 0) settled = (await box.json<VerifiedUsage>('usage', 'verify')).requests
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 300))
    process.kill(daemon.pid, 'SIGKILL')
    await Promise.all(load)
    await until('it is gone', () => !isAlive(daemon.pid))
    daemon = await serve(box)
    const verified = await box.json<VerifiedUsage>('usage', 'verify')
    expect(verified).toMatchObject({ agrees: true, damaged: 0, dropped: 0 })
    // A kill may take the answers of its last moment, no more: one turn of the event loop.
    expect(verified.requests).toBeGreaterThanOrEqual(settled + (kill % 2 === 0 ? 0 : answered - 8))
    settled = verified.requests
    expect((await box.json<{ keys: ListedKey[] }>('keys', 'list')).keys).toMatchObject([
      { id, status: 'active' },
    ])
  }
  const counted = query(
    box,
    'select sum(requests) as totals, (select count(*) from requests) as rows from usage_totals',
  )
  expect(counted[0]!.totals).toBe(counted[0]!.rows)
  expect(query(box, 'pragma integrity_check')).toEqual([{ integrity_check: 'ok' }])
}, 600_000)
