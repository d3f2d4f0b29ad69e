import { afterAll, beforeAll, expect, test } from 'vitest'
import type { IssuedKeyAnswer, ListedKey } from '../src/protocols/control/key-types.ts'
import { startPostgres, type TestPostgres } from '../src/store/postgres.test-kit.ts'
import { createSandbox, until, type Sandbox } from './sandbox.ts'

let postgres: TestPostgres
const sandboxes: Sandbox[] = []
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(async () => {
  await Promise.all(sandboxes.map((each) => each.remove()))
  await postgres.remove()
})

const status = async ({ daemonFile }: Sandbox, key: string) =>
  (await fetch(`${daemonFile().base_url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status

test('two daemons on one PostgreSQL share keys, rotations and revocations', async () => {
  const environment = {
    SLUICE_STORE: await postgres.createDatabase(),
    SLUICE_PEPPER: 'one pepper for all daemons of the team',
  }
  const open = (extra: Record<string, string> = {}) => {
    const created = createSandbox({ ...environment, ...extra })
    sandboxes.push(created)
    return created
  }
  const [one, other] = [open(), open()]
  const started = await Promise.all([one.sluice('serve'), other.sluice('serve')])
  expect(started.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
    { code: 0, stderr: '' },
    { code: 0, stderr: '' },
  ])

  const { id, key } = await one.json<IssuedKeyAnswer>('keys', 'create', 'shared')
  expect(await status(one, 'none')).toBe(401)
  await until('the other daemon knows of the first key', async () => (await status(other, 'none')) === 401)
  expect(await status(other, key)).toBe(200)
  expect((await other.json<{ keys: ListedKey[] }>('keys', 'list')).keys).toMatchObject([{ id }])
  await one.sluice('keys', 'revoke', id)
  expect(await status(one, key)).toBe(401)
  await until('the other daemon knows of the revocation', async () => (await status(other, key)) === 401)

  const stranger = await open({ SLUICE_PEPPER: 'another pepper, which fits none of the keys' }).sluice(
    'serve',
  )
  expect(stranger.code).toBe(2)
  expect(stranger.stderr).toContain('made with another pepper')
})

test('a store that is not there: the daemon does not start with its door open', async () => {
  const box = createSandbox({ SLUICE_STORE: 'postgres://me:hunter2@127.0.0.1:1/sluice' })
  sandboxes.push(box)
  const refused = await box.sluice('serve')
  expect(refused.code).toBe(6)
  expect(refused.stderr).toContain('postgres://me@127.0.0.1:1/sluice cannot be opened')
  expect(refused.stderr).not.toContain('hunter2')
})
