import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openGateway } from '../gateway/open-gateway.test-kit.ts'
import { silent } from '../store/both-stores.test-kit.ts'
import { openStore } from '../store/open-store.ts'
import { createAccess } from '../keys/access.ts'
import { createKeyIssuer } from '../keys/issue-keys.ts'
import { createKeyTrace } from '../keys/key-trace.ts'
import { createLocalToken } from '../keys/local-token.ts'
import { createVault } from '../keys/vault.ts'

/** A daemon's access to the store in a folder of its own, and a gateway behind it. */
async function open(folder: string) {
  const address = join(folder, 'store.db')
  const pepper = { file: join(folder, 'pepper'), environment: undefined }
  let now = 1_800_000_000_000
  const clock = () => now
  const vault = createVault({
    log: silent,
    exists: createKeyTrace(address, pepper),
    openStore: () => openStore(address, silent),
    pepper,
  })
  onTestFinished(vault.close)
  const access = createAccess({
    vault,
    localToken: createLocalToken(),
    checkJwt: undefined,
    log: silent,
    clock,
  })
  const { app } = openGateway({ access })
  const status = async () => {
    const answer = await app.inject('/v1/models')
    return [answer.statusCode, answer.json<{ error?: { code: string } }>().error?.code]
  }
  const issuer = createKeyIssuer(vault, access.keyChanged, clock)
  return { address, pepper, status, issuer, close: vault.close, pass: (ms: number) => void (now += ms) }
}
async function temporaryFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-presence-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
const garbage = 'not a database at all, but long enough to be read as one'.repeat(100)
const grant = {
  name: 'x',
  owner: { user: null, team: null, tenant: null },
  scopes: { models: [], endpoints: [], admin: false },
  expiresAt: null,
}
const refused = [503, 'store_unavailable']

test('keys in a store that cannot be read, and no pepper: 503 for all, until it can be read', async () => {
  const folder = await temporaryFolder()
  const first = await open(folder)
  await first.issuer.create(grant)
  await first.close()
  renameSync(first.address, `${first.address}.kept`)
  renameSync(first.pepper.file, `${first.pepper.file}.kept`)
  writeFileSync(first.address, garbage)
  const second = await open(folder)
  expect(await second.status()).toEqual(refused)
  second.pass(1000)
  expect(await second.status()).toEqual(refused)
  renameSync(`${first.address}.kept`, first.address)
  renameSync(`${first.pepper.file}.kept`, first.pepper.file)
  expect(await second.status()).toEqual([401, 'invalid_api_key'])
})

test('without keys, a store that breaks later closes the door after five minutes, and not for ever', async () => {
  const daemon = await open(await temporaryFolder())
  expect(await daemon.status()).toEqual([200, undefined])
  expect(existsSync(daemon.address)).toBe(false)
  writeFileSync(daemon.address, garbage)
  daemon.pass(60_000)
  expect(await daemon.status()).toEqual([200, undefined])
  daemon.pass(300_000)
  expect(await daemon.status()).toEqual(refused)
  writeFileSync(daemon.address, '')
  expect(await daemon.status()).toEqual([200, undefined])
})

test('the first key of another daemon on the same file is noticed, though there was no file at first', async () => {
  const folder = await temporaryFolder()
  const daemon = await open(folder)
  expect(await daemon.status()).toEqual([200, undefined])
  const other = await open(folder)
  await other.issuer.create(grant)
  daemon.pass(5000)
  expect(await daemon.status()).toEqual([401, 'invalid_api_key'])
})
