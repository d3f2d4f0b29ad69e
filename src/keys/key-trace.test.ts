import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { silent, useStores } from '../store/both-stores.test-kit.ts'
import { openStore } from '../store/open-store.ts'
import { createApiKey } from './api-key.ts'
import { createKeyBook } from './key-book.ts'
import { createKeyTrace } from './key-trace.ts'

const stores = useStores()
const without = () => ({ file: join(stores.folder, 'no-pepper'), environment: undefined })

test('a store that only the ledger has made has no keys; the first key is noticed, and stays known', async () => {
  const address = await stores.address('sqlite')
  const mayHaveKeys = createKeyTrace(address, without())
  expect(mayHaveKeys()).toBe(false)
  const store = await openStore(address, silent)
  expect(mayHaveKeys()).toBe(false)
  await createKeyBook(store).insert({
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
  })
  expect(mayHaveKeys()).toBe(true)
  await store.db.deleteFrom('api_keys').execute()
  await store.close()
  expect(mayHaveKeys()).toBe(true)
})

test('who has a pepper may have keys, whatever the file looks like; who has none does not, where it is broken', async () => {
  const address = await stores.address('sqlite')
  writeFileSync(address, 'not a database at all, but long enough to be read as one'.repeat(100))
  expect(createKeyTrace(address, without())()).toBe(false)
  expect(createKeyTrace(address, { ...without(), environment: 'p'.repeat(32) })()).toBe(true)
  const file = join(stores.folder, 'pepper')
  writeFileSync(file, 'p'.repeat(64))
  expect(createKeyTrace(address, { file, environment: undefined })()).toBe(true)
  expect(createKeyTrace(join(stores.folder, 'none.db'), { file, environment: undefined })()).toBe(false)
  expect(createKeyTrace('postgres://h/d', without())()).toBe(true)
})
