import { execFile } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { silent, storeKinds, useStores } from './both-stores.test-kit.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations.ts'
import { openStore, type Store } from './open-store.ts'
import { nameStore } from './store-address.ts'
import type { KeyTable } from './tables.ts'

const run = promisify(execFile)
const stores = useStores()
const opened: Store[] = []
afterEach(() => Promise.all(opened.splice(0).map((store) => store.close())))
const open = async (address: string) => {
  const store = await openStore(address, silent)
  opened.push(store)
  return store
}

const row: KeyTable = {
  id: 'a',
  name: 'x',
  owner_user: null,
  owner_team: null,
  owner_tenant: null,
  models: '[]',
  endpoints: '[]',
  admin: 1,
  hash: 'h',
  previous_hash: null,
  previous_until: null,
  created_at: 1_800_000_000_123,
  expires_at: null,
  rotated_at: null,
  revoked_at: null,
}

describe.each(storeKinds)('%s', (kind) => {
  test('a new database gets the schema; a second opening finds what was written, in the same types', async () => {
    const address = await stores.address(kind)
    const first = await open(address)
    expect(first.kind).toBe(kind)
    await first.db.insertInto('api_keys').values(row).execute()
    await first.close()
    opened.length = 0
    const again = await open(address)
    expect(await again.db.selectFrom('api_keys').selectAll().execute()).toEqual([row])
  })

  test('programs that start at the same moment: one migrates, the others wait for it', async () => {
    const address = await stores.address(kind)
    const program = `
      import { pino } from 'pino'
      import { openStore } from './src/store/open-store.ts'
      const { db, close } = await openStore(${JSON.stringify(address)}, pino({ level: 'silent' }))
      console.log(JSON.stringify(await db.selectFrom('meta').selectAll().execute()))
      await close()`
    const start = () => run(process.execPath, ['--input-type=module', '--eval', program])
    const said = await Promise.all([start(), start(), start()])
    const expected = [{ name: 'schema_version', value: String(migrations.length) }]
    expect(said.map(({ stdout }) => JSON.parse(stdout) as unknown)).toEqual(said.map(() => expected))
  })

  test('a newer schema is refused, and left alone', async () => {
    const address = await stores.address(kind)
    const { db } = await open(address)
    await db.updateTable('meta').set({ value: '99' }).where('name', '=', 'schema_version').execute()
    await expect(openStore(address, silent)).rejects.toMatchObject({
      code: 'conflict',
      param: 'store',
      message: expect.stringContaining('schema 99') as string,
    })
    expect(await db.selectFrom('meta').select('value').execute()).toEqual([{ value: '99' }])
  })

  test('a migration that fails half-way leaves nothing behind; the next start does it all', async () => {
    const { db } = await open(await stores.address(kind))
    let broken = true
    const steps = [
      ...migrations,
      async (connection: typeof db) => {
        await sql`create table half (id integer)`.execute(connection)
        if (broken) throw new Error('out of luck')
      },
    ] as typeof migrations
    await expect(migrate(db, kind, steps)).rejects.toThrow('out of luck')
    await expect(sql`select * from half`.execute(db)).rejects.toThrow()
    broken = false
    await migrate(db, kind, steps)
    expect((await sql`select * from half`.execute(db)).rows).toEqual([])
  })
})

test('the file and its journals are their user’s alone, and writes reach the disk', async () => {
  const address = await stores.address('sqlite')
  const { db } = await open(address)
  for (const end of ['', '-wal', '-shm']) expect(statSync(address + end).mode & 0o777).toBe(0o600)
  expect((await sql`pragma journal_mode`.execute(db)).rows).toEqual([{ journal_mode: 'wal' }])
  expect((await sql`pragma synchronous`.execute(db)).rows).toEqual([{ synchronous: 2 }])
})

test('a file that is no database, and a folder that is not there', async () => {
  const file = join(stores.folder, 'broken.db')
  writeFileSync(file, 'not a database at all, but long enough to be read as one'.repeat(100))
  await expect(openStore(file, silent)).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(/broken\.db.*move the file away/) as string,
  })
  await expect(openStore(join(stores.folder, 'no', 'x.db'), silent)).rejects.toThrow(
    'check that its folder can be written',
  )
})

test('a PostgreSQL that is not there: the message names it, without the password', async () => {
  const failure = await openStore('postgres://me:hunter2@127.0.0.1:1/db', silent).catch(
    (cause: Error) => cause,
  )
  expect(failure).toMatchObject({ code: 'store_unavailable', param: 'store' })
  expect((failure as Error).message).toContain('postgres://me@127.0.0.1:1/db cannot be opened')
  expect((failure as Error).message).not.toContain('hunter2')
})

test('a PostgreSQL that goes away and comes back: queries fail, then work again', async () => {
  const { db } = await open(await stores.address('postgres'))
  const ask = () => db.selectFrom('api_keys').selectAll().execute()
  expect(await ask()).toEqual([])
  await stores.postgres().stop()
  await expect(ask()).rejects.toThrow()
  await stores.postgres().start()
  expect(await ask()).toEqual([])
})

test('an address for people', () => {
  expect(nameStore('/a/store.db')).toBe('/a/store.db')
  expect(nameStore('postgresql://u:p@h:5/d?password=p')).toBe('postgresql://u@h:5/d')
  expect(nameStore('postgres://h/d')).toBe('postgres://h/d')
})
