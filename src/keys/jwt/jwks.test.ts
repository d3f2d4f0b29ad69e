import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jwtVerify } from 'jose'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { silent } from '../../store/both-stores.test-kit.ts'
import { createJwks } from './jwks.ts'
import { createSigner, serveJwks, signToken, type Signer } from './jwks-server.test-kit.ts'

let one: Signer
let two: Signer
let stranger: Signer
beforeAll(async () => {
  one = await createSigner('ES256', 'one')
  two = await createSigner('ES256', 'two')
  stranger = await createSigner('ES256', 'stranger')
})

/** The keys with a clock of our own; `verify` says whether a token of this signer is good. */
function open(source: string) {
  let now = 1_000_000
  const find = createJwks(source, silent, () => now)
  return {
    pass: (ms: number) => void (now += ms),
    verify: async (signer: Signer) => {
      const token = await signToken(signer)
      return jwtVerify(token, find).then(
        () => 'good',
        (cause: { code: string }) => cause.code,
      )
    },
  }
}

const unknown = 'ERR_JWKS_NO_MATCHING_KEY'

test('a new key is found as soon as a token names it, but not more often than each ten seconds', async () => {
  const { state, url } = await serveJwks([one])
  const { verify, pass } = open(url)
  expect(await verify(one)).toBe('good')
  state.signers = [two]
  expect(await verify(two)).toBe(unknown)
  pass(10_000)
  expect(await Promise.all([verify(two), verify(two), verify(two)])).toEqual(['good', 'good', 'good'])
  expect(await verify(one)).toBe(unknown)
  expect(state.asked).toBe(2)
  for (let count = 0; count < 20; count += 1) expect(await verify(stranger)).toBe(unknown)
  expect(state.asked).toBe(2)
})

test('an outage: known keys go on for as long as it takes, unknown ones are refused', async () => {
  const { state, url } = await serveJwks([one])
  const { verify, pass } = open(url)
  expect(await verify(one)).toBe('good')
  state.broken = true
  for (let hour = 0; hour < 5; hour += 1) {
    pass(3_600_000)
    expect(await verify(one)).toBe('good')
    expect(await verify(two)).toBe(unknown)
  }
  state.broken = false
  state.signers = [two]
  pass(10_000)
  expect(await verify(two)).toBe('good')
})

test('never there yet: come back later; then it is', async () => {
  const { state, url } = await serveJwks([one])
  state.broken = true
  const { verify, pass } = open(url)
  expect(await verify(one)).toBe('store_unavailable')
  expect(await verify(one)).toBe('store_unavailable')
  expect(state.asked).toBe(1)
  state.broken = false
  pass(10_000)
  expect(await verify(one)).toBe('good')
})

test('a redirect is not followed, and something else than a key set is not taken', async () => {
  const { url } = await serveJwks([one])
  const answers = [
    [302, { location: url }, ''],
    [200, {}, '{"keys": 7}'],
    [200, {}, '<html>'],
    [200, {}, `{"keys": [], "x": "${'x'.repeat(1024 ** 2)}"}`],
  ] as const
  for (const [status, headers, body] of answers) {
    const server = createServer((_request, response) => response.writeHead(status, headers).end(body))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const { verify } = open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    expect(await verify(one)).toBe('store_unavailable')
  }
})

test('a host that takes the question and never answers', async () => {
  const { state, url } = await serveJwks([one])
  state.silent = true
  const find = createJwks(url, silent, Date.now, 50)
  await expect(jwtVerify(await signToken(one), find)).rejects.toMatchObject({ code: 'store_unavailable' })
})

test('a file, read again when a token names a key that it lacked', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-jwks-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'keys.json')
  writeFileSync(file, JSON.stringify({ keys: [one.jwk] }))
  const { verify, pass } = open(file)
  expect(await verify(one)).toBe('good')
  writeFileSync(file, JSON.stringify({ keys: [one.jwk, two.jwk] }))
  pass(10_000)
  expect(await verify(two)).toBe('good')
})
