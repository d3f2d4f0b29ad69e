import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { silent, useStores } from '../store/both-stores.test-kit.ts'
import { openStore } from '../store/open-store.ts'
import { createApiKey } from './api-key.ts'
import { createKeyBook } from './key-book.ts'
import type { KeyRecord } from './key-record.ts'
import { createKeyTrace } from './key-trace.ts'

const stores = useStores()
const record: KeyRecord = {
  id: createApiKey().id,
  name: 'x',
  owner: {
    user: null,
    team: null,
    tenant: null,
  },
  hash: 'h',
  scopes: {
    models: [],
    endpoints: [],
    admin: false,
  },
  previousHash: null,
  previousUntil: null,
  createdAt: 1,
  expiresAt: null,
  rotatedAt: null,
  revokedAt: null,
}
const without = () => ({ file: join(stores.folder, 'no-pepper'), environment: undefined })

test('a store that only the ledger has made has no keys; the first key is noticed, and stays known', async () => {
  const address = await stores.address('sqlite')
  const mayHaveKeys = createKeyTrace(address, without())
  expect(mayHaveKeys()).toBe(false)
  const store = await openStore(address, silent)
  expect(mayHaveKeys()).toBe(false)
  await createKeyBook(store).insert(record)
  expect(mayHaveKeys()).toBe(true)
  await store.db.deleteFrom('api_keys').execute()
  await store.close()
  expect(mayHaveKeys()).toBe(true)
})

test('who has a pepper may have keys, whatever the file looks like', async () => {
  const address = await stores.address('sqlite')
  writeFileSync(address, '')
  expect(createKeyTrace(address, without())()).toBe(false)
  expect(createKeyTrace(address, { ...without(), environment: 'p'.repeat(32) })()).toBe(true)
  const file = join(stores.folder, 'pepper')
  writeFileSync(file, 'p'.repeat(64))
  expect(createKeyTrace(address, { file, environment: undefined })()).toBe(true)
  expect(createKeyTrace(join(stores.folder, 'none.db'), { file, environment: undefined })()).toBe(false)
  expect(createKeyTrace('postgres://h/d', without())()).toBe(true)
})

/** Each makes a file that holds keys unreadable for real; what it returns makes it readable again. */
const spoilers: [string, (path: string) => () => void][] = [
  [
    'garbage',
    (path) => replace(path, Buffer.from('not a database at all, but long enough to be one'.repeat(100))),
  ],
  ['the first page alone', (path) => replace(path, readFileSync(path).subarray(0, 4096))],
  [
    'zeros behind the first page',
    (path) => replace(path, Buffer.concat([readFileSync(path).subarray(0, 4096), Buffer.alloc(65_536)])),
  ],
  [
    'a lock',
    (path) => {
      const other = new DatabaseSync(path)
      other.exec('pragma locking_mode = exclusive; pragma journal_mode = delete; begin exclusive')
      return () => other.close()
    },
  ],
  [
    'a folder',
    (path) => {
      const kept = readFileSync(path)
      rmSync(path)
      mkdirSync(path)
      return () => {
        rmSync(path, { recursive: true })
        writeFileSync(path, kept)
      }
    },
  ],
]
function replace(path: string, bytes: Buffer) {
  const kept = readFileSync(path)
  writeFileSync(path, bytes)
  return () => writeFileSync(path, kept)
}

test.each(spoilers)('keys in a store that cannot be read, without a pepper: %s', async (_what, spoil) => {
  const address = await stores.address('sqlite')
  const store = await openStore(address, silent)
  await createKeyBook(store).insert(record)
  await store.close()
  const repair = spoil(address)
  const mayHaveKeys = createKeyTrace(address, without())
  expect(mayHaveKeys()).toBe(true)
  repair()
  expect(mayHaveKeys()).toBe(true)
})

test('a file that was unreadable for a moment and has no keys is no door that is closed for ever', async () => {
  const address = await stores.address('sqlite')
  await (await openStore(address, silent)).close()
  const repair = replace(address, Buffer.from('garbage '.repeat(1000)))
  const mayHaveKeys = createKeyTrace(address, without())
  expect(mayHaveKeys()).toBe(true)
  repair()
  expect(mayHaveKeys()).toBe(false)
})
