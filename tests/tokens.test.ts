import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import OpenAI, { AuthenticationError, InternalServerError } from 'openai'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose'
import { afterEach, expect, test } from 'vitest'
import { createSandbox, type Sandbox } from './sandbox.ts'

const open: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})
const sandbox = (environment: Record<string, string>) => {
  const created = createSandbox(environment)
  open.push(() => created.remove())
  return created
}

const models = ({ daemonFile }: Sandbox, apiKey: string) =>
  new OpenAI({ baseURL: `${daemonFile().base_url}/v1`, apiKey, maxRetries: 0 }).models.list()
const status = async ({ daemonFile }: Sandbox, path: string, token: string) =>
  (await fetch(daemonFile().base_url + path, { headers: { authorization: `Bearer ${token}` } })).status

const sign = (claims: JWTPayload, header: { alg: string; kid?: string }, key: CryptoKey | Uint8Array) =>
  new SignJWT({ sub: 'ann', ...claims })
    .setProtectedHeader(header)
    .setExpirationTime(claims.exp ?? '1h')
    .sign(key)

test('HS256 with JWT_SECRET: callers, administrators, and who is neither', async () => {
  const secret = Buffer.from('a secret of more than thirty-two characters')
  const box = sandbox({ JWT_SECRET: secret.toString(), SLUICE_JWT_AUDIENCE: 'sluice' })
  await box.sluice('serve', '--model', 'pocket')
  const token = (claims: JWTPayload, key: Uint8Array = secret) =>
    sign({ aud: 'sluice', ...claims }, { alg: 'HS256' }, key)

  const ann = await token({})
  expect((await models(box, ann)).data.map(({ id }) => id)).toContain('pocket')
  expect(await status(box, '/api/engines', ann)).toBe(403)
  expect(await status(box, '/api/engines', await token({ admin: true }))).toBe(200)
  expect((await models(box, await token({ models: ['other'] }))).data).toEqual([])

  const past = Math.floor(Date.now() / 1000) - 3600
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const bad = [
    await token({ exp: past }),
    await token({ aud: 'another' }),
    await token({}, Buffer.from('another secret of more than thirty-two')),
    ann.slice(0, -3),
    `${encode({ alg: 'none' })}.${ann.split('.')[1]}.`,
    'anything',
  ]
  for (const each of bad) await expect(models(box, each)).rejects.toBeInstanceOf(AuthenticationError)
  // No key was ever made, and our own commands work.
  expect((await box.sluice('ps')).code).toBe(0)
})

test('RS256 and ES256 with a JWKS URL, also while its host is away', async () => {
  const rsa = await generateKeyPair('RS256')
  const elliptic = await generateKeyPair('ES256')
  const keys = [
    { ...(await exportJWK(rsa.publicKey)), kid: 'r' },
    { ...(await exportJWK(elliptic.publicKey)), kid: 'e' },
  ]
  const host = createServer((_request, response) => response.end(JSON.stringify({ keys })))
  const listen = (port: number) => new Promise<void>((done) => host.listen(port, '127.0.0.1', done))
  const close = () => {
    host.closeAllConnections()
    return new Promise<void>((done) => host.close(() => done()))
  }
  await listen(0)
  const { port } = host.address() as AddressInfo
  await close()

  const box = sandbox({
    SLUICE_JWT_JWKS: `http://127.0.0.1:${port}/jwks`,
    SLUICE_JWT_ISSUER: 'https://issuer',
  })
  await box.sluice('serve')
  const issued = { iss: 'https://issuer' }
  const first = await sign(issued, { alg: 'RS256', kid: 'r' }, rsa.privateKey)
  await expect(models(box, first)).rejects.toBeInstanceOf(InternalServerError)

  await listen(port)
  open.push(close)
  await box.sluice('stop')
  await box.sluice('serve')
  expect((await models(box, first)).data.length).toBeGreaterThan(0)
  await close()
  expect(
    await status(box, '/v1/models', await sign(issued, { alg: 'ES256', kid: 'e' }, elliptic.privateKey)),
  ).toBe(200)
  expect(
    await status(box, '/v1/models', await sign({}, { alg: 'ES256', kid: 'e' }, elliptic.privateKey)),
  ).toBe(401)
})

test('a secret that is too short to be one is refused at start', async () => {
  const refused = await sandbox({ JWT_SECRET: 'short' }).sluice('serve')
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('jwt_secret: use 32 characters or more')
  expect(refused.stderr).toContain('environment JWT_SECRET')
})
