import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { silent, storeKinds, useStores } from '../store/both-stores.test-kit.ts'
import { openStore } from '../store/open-store.ts'
import { createAccess } from './access.ts'
import { createApiKey } from './api-key.ts'
import { createKeyIssuer } from './issue-keys.ts'
import { createLocalToken } from './local-token.ts'
import { createVault, type Vault } from './vault.ts'

const stores = useStores()
const vaults: Vault[] = []
afterEach(() => Promise.all(vaults.splice(0).map((vault) => vault.close())))

const start = 1_800_000_000_000
const here = '192.0.2.1'
const denied = { code: 'invalid_api_key', message: 'the key or token is not valid' }

/** One daemon's view of a store, with a clock of its own. */
function createDaemon(address: string, environment = 'p'.repeat(32)) {
  let now = start
  const clock = () => now
  const queries = { count: 0 }
  const vault = createVault({
    log: silent,
    exists: () => true,
    openStore: () => openStore(address, silent),
    pepper: { file: join(stores.folder, 'unused'), environment },
  })
  vaults.push(vault)
  const counted: Vault = {
    ...vault,
    use(work) {
      queries.count += 1
      return vault.use(work)
    },
  }
  const localToken = createLocalToken()
  const access = createAccess({ vault: counted, localToken, checkJwt: undefined, log: silent, clock })
  const issuer = createKeyIssuer(vault, access.keyChanged, clock)
  const nobody = { user: null, team: null, tenant: null }
  return {
    access,
    issuer,
    localToken,
    queries,
    pass: (ms: number) => void (now += ms),
    create: (extra: Partial<Parameters<typeof issuer.create>[0]> = {}) =>
      issuer.create({
        name: 'test',
        owner: nobody,
        scopes: { models: [], endpoints: [], admin: false },
        expiresAt: null,
        ...extra,
      }),
    as: async (secret: string, address = here) =>
      access.identify({ authorization: `Bearer ${secret}` }, address),
  }
}

/** The last character changed: everything but the secret is right. */
const spoil = (secret: string) => secret.slice(0, -1) + (secret.endsWith('a') ? 'b' : 'a')

describe.each(storeKinds)('%s', (kind) => {
  test('nobody is asked until the first key; from then on everybody is, for ever', async () => {
    const { access, create, issuer, as } = createDaemon(await stores.address(kind))
    expect(await access.required()).toBe(false)
    expect(await access.identify({}, here)).toMatchObject({ kind: 'anonymous', admin: true })
    expect(await as('whatever')).toMatchObject({ kind: 'anonymous' })
    const owner = { user: 'ann', team: 'search', tenant: 'acme' }
    const { secret, record } = await create({ owner })
    expect(await access.required()).toBe(true)
    expect(() => access.identify({}, here)).toThrow('wants a key')
    expect(await as(secret)).toMatchObject({ kind: 'key', id: record.id, admin: false, owner })
    await issuer.revoke(record.id)
    expect(await access.required()).toBe(true)
    expect(() => access.identify({}, here)).toThrow('wants a key')
  })

  test('wrong, cut off, unknown and foreign: the same words', async () => {
    const { create, as } = createDaemon(await stores.address(kind))
    const { secret } = await create()
    const { id } = createApiKey()
    const bad = [spoil(secret), secret.slice(0, -1), createApiKey(id).secret, 'sk-other', 'a'.repeat(5000)]
    for (const each of bad) await expect(as(each)).rejects.toMatchObject(denied)
    // Known keys from another place still work, and what is stored is no credential.
    expect(await as(secret)).toMatchObject({ kind: 'key' })
  })

  test('the stored hash is no credential, and no secret is in the store', async () => {
    const address = await stores.address(kind)
    const { create, as } = createDaemon(address)
    const { secret, record } = await create()
    await expect(as(record.hash)).rejects.toMatchObject(denied)
    await expect(as(`sk-sluice-${record.id}-${record.hash.slice(0, 48)}`)).rejects.toMatchObject(denied)
    const store = await openStore(address, silent)
    const rows = await store.db.selectFrom('api_keys').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(secret.slice(-48))
    await store.close()
  })

  test('an expired key ends at its time, a cached one too', async () => {
    const { create, as, pass } = createDaemon(await stores.address(kind))
    const { secret } = await create({ expiresAt: start + 1000 })
    pass(999)
    expect(await as(secret)).toMatchObject({ kind: 'key' })
    pass(1)
    await expect(as(secret)).rejects.toMatchObject(denied)
    await expect(create({ expiresAt: start })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  test('rotation: both secrets work during the grace, then only the new one', async () => {
    const { create, as, pass, issuer } = createDaemon(await stores.address(kind))
    const first = await create()
    expect(await as(first.secret)).toMatchObject({ kind: 'key' })
    const second = await issuer.rotate(first.record.id, 10_000)
    expect(second.record).toMatchObject({ id: first.record.id, previousUntil: start + 10_000 })
    expect(await as(first.secret)).toMatchObject({ id: first.record.id })
    expect(await as(second.secret)).toMatchObject({ id: first.record.id })
    // A second rotation ends the oldest at once.
    const third = await issuer.rotate(first.record.id, 10_000)
    await expect(as(first.secret)).rejects.toMatchObject(denied)
    expect(await as(second.secret)).toMatchObject({ kind: 'key' })
    pass(10_000)
    await expect(as(second.secret)).rejects.toMatchObject(denied)
    expect(await as(third.secret)).toMatchObject({ kind: 'key' })
    const last = await issuer.rotate(first.record.id, 0)
    await expect(as(third.secret)).rejects.toMatchObject(denied)
    expect(await as(last.secret)).toMatchObject({ kind: 'key' })
  })

  test('a revoked key ends at once, and cannot be rotated', async () => {
    const { create, as, issuer } = createDaemon(await stores.address(kind))
    const { secret, record } = await create()
    expect(await as(secret)).toMatchObject({ kind: 'key' })
    expect(await issuer.revoke(record.id)).toMatchObject({ revokedAt: start })
    await expect(as(secret)).rejects.toMatchObject(denied)
    await expect(issuer.rotate(record.id, 0)).rejects.toMatchObject({ code: 'conflict' })
    await expect(issuer.revoke('nothing')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('a second daemon on the store: sees keys after a restart, and a revocation within five seconds', async () => {
    const address = await stores.address(kind)
    const one = createDaemon(address)
    const { secret, record } = await one.create()
    const other = createDaemon(address)
    expect(await other.as(secret)).toMatchObject({ id: record.id })
    await one.issuer.revoke(record.id)
    other.pass(4999)
    expect(await other.as(secret)).toMatchObject({ id: record.id })
    other.pass(1)
    await expect(other.as(secret)).rejects.toMatchObject(denied)
  })

  test('a daemon without keys notices the first one of another', async () => {
    const address = await stores.address(kind)
    const other = createDaemon(address)
    expect(await other.access.required()).toBe(false)
    await createDaemon(address).create()
    expect(await other.access.identify({}, here)).toMatchObject({ kind: 'anonymous' })
    other.pass(5000)
    await expect(async () => other.access.identify({}, here)).rejects.toMatchObject({
      code: 'invalid_api_key',
    })
  })

  test('a known key costs no query for five seconds; many at once cost one', async () => {
    const { create, as, queries, pass } = createDaemon(await stores.address(kind))
    const { secret } = await create()
    queries.count = 0
    await Promise.all(Array.from({ length: 50 }, () => as(secret)))
    expect(queries.count).toBe(1)
    for (let count = 0; count < 50; count += 1) await as(secret)
    expect(queries.count).toBe(1)
    pass(5000)
    await as(secret)
    expect(queries.count).toBe(2)
  })
})

test('guessing is limited per address; known keys behind the same address go on', async () => {
  const { create, as, pass, queries, localToken } = createDaemon(await stores.address('sqlite'))
  const { secret } = await create()
  await as(secret)
  const guess = () => as(createApiKey().secret)
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, guess))
  const codes = outcomes.map(
    (outcome) => ((outcome as PromiseRejectedResult).reason as { code: string }).code,
  )
  expect(codes.filter((code) => code === 'invalid_api_key')).toHaveLength(20)
  expect(codes.filter((code) => code === 'too_many_attempts')).toHaveLength(30)
  await expect(guess()).rejects.toMatchObject({ code: 'too_many_attempts', retryAfterMs: 3000 })
  const before = queries.count
  await expect(guess()).rejects.toMatchObject({ code: 'too_many_attempts' })
  expect(queries.count).toBe(before)
  expect(await as(secret)).toMatchObject({ kind: 'key' })
  // Nor are the commands of this machine's user locked out.
  await expect(as(localToken)).resolves.toMatchObject({ kind: 'local' })
  // A stale one too: refreshing what was good is no guess.
  pass(5000)
  expect(await as(secret)).toMatchObject({ kind: 'key' })
  await expect(as(createApiKey().secret, '198.51.100.7')).rejects.toMatchObject(denied)
})

test('a key that was good and is revoked is a guess like any other', async () => {
  const { create, as, issuer, queries } = createDaemon(await stores.address('sqlite'))
  const { secret, record } = await create()
  await as(secret)
  await issuer.revoke(record.id)
  queries.count = 0
  for (let count = 0; count < 20; count += 1) await expect(as(secret)).rejects.toMatchObject(denied)
  await expect(as(secret)).rejects.toMatchObject({ code: 'too_many_attempts' })
  expect(queries.count).toBe(20)
})

test('the local token: this daemon’s only', async () => {
  const address = await stores.address('sqlite')
  const { create, as, localToken } = createDaemon(address)
  await create()
  expect(await as(localToken)).toMatchObject({ kind: 'local', id: 'local', admin: true })
  await expect(as(createDaemon(address).localToken)).rejects.toMatchObject(denied)
  await expect(as(spoil(localToken))).rejects.toMatchObject(denied)
})

test('a PostgreSQL that is away: known keys go on for five minutes, others are told to come back', async () => {
  const daemon = createDaemon(await stores.address('postgres'))
  const known = await daemon.create()
  const unknown = await daemon.create()
  await daemon.as(known.secret)
  await stores.postgres().stop()
  try {
    daemon.pass(5000)
    expect(await daemon.as(known.secret)).toMatchObject({ id: known.record.id })
    for (let count = 0; count < 30; count += 1) {
      // Never counted as a guess: nobody has said that it is wrong.
      await expect(daemon.as(unknown.secret)).rejects.toMatchObject({
        code: 'store_unavailable',
        retryAfterMs: 2000,
      })
    }
    await expect(daemon.create()).rejects.toMatchObject({ code: 'store_unavailable' })
    daemon.pass(300_000)
    await expect(daemon.as(known.secret)).rejects.toMatchObject({ code: 'store_unavailable' })
  } finally {
    await stores.postgres().start()
  }
  expect(await daemon.as(known.secret)).toMatchObject({ kind: 'key' })
  expect(await daemon.as(unknown.secret)).toMatchObject({ kind: 'key' })
})
