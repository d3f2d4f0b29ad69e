import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { silent, storeKinds, useStores } from '../store/both-stores.test-kit.ts'
import { openStore } from '../store/open-store.ts'
import { createKeyIssuer } from './issue-keys.ts'
import { openPepper } from './pepper.ts'
import { createVault } from './vault.ts'

const stores = useStores()
let files = 0
const newFile = () => join(stores.folder, `pepper-${(files += 1)}`)

describe.each(storeKinds)('%s', (kind) => {
  test('made on first use, for its user alone, and the same from then on', async () => {
    const store = await openStore(await stores.address(kind), silent)
    const source = { file: newFile(), environment: undefined }
    const pepper = await openPepper(source, store)
    expect(statSync(source.file).mode & 0o777).toBe(0o600)
    expect(pepper.length).toBe(64)
    expect(await openPepper(source, store)).toEqual(pepper)
    expect((await openPepper({ ...source, environment: pepper.toString() }, store)).equals(pepper)).toBe(true)
    await store.close()
  })

  test('another pepper than the keys were made with is refused; without keys it is taken over', async () => {
    const address = await stores.address(kind)
    const source = { file: newFile(), environment: undefined }
    const options = { log: silent, exists: () => true, openStore: () => openStore(address, silent) }
    const lost = createVault({ ...options, pepper: source })
    await lost.use(async () => undefined)
    await lost.close()

    rmSync(source.file)
    const vault = createVault({ ...options, pepper: source })
    const owner = { user: null, team: null, tenant: null }
    const scopes = { models: [], endpoints: [], admin: false }
    await createKeyIssuer(vault, () => undefined).create({ name: 'a', owner, scopes, expiresAt: null })
    const good = readFileSync(source.file, 'utf8')

    writeFileSync(source.file, `${'f'.repeat(64)}\n`)
    const wrong = createVault({ ...options, pepper: source })
    await expect(wrong.use(async () => 1)).rejects.toMatchObject({
      code: 'invalid_config',
      param: 'SLUICE_PEPPER',
    })
    // The same vault works once the file is back.
    writeFileSync(source.file, good)
    expect(await wrong.use(async () => 1)).toBe(1)
    await Promise.all([vault.close(), wrong.close()])
  })
})

test('a pepper that is too short is refused', async () => {
  const store = await openStore(await stores.address('sqlite'), silent)
  await expect(openPepper({ file: newFile(), environment: 'short' }, store)).rejects.toThrow('openssl rand')
  const file = newFile()
  writeFileSync(file, 'damaged')
  await expect(openPepper({ file, environment: undefined }, store)).rejects.toThrow('damaged')
  await store.close()
})
