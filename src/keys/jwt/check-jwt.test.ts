import { exportSPKI } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { silent } from '../../store/both-stores.test-kit.ts'
import { createJwtCheck, type JwtSettings } from './check-jwt.ts'
import { createSigner, serveJwks, signToken, signWithSecret, type Signer } from './jwks-server.test-kit.ts'

const secret = 's'.repeat(32)
const claims = {
  user: 'sub',
  team: 'team',
  tenant: 'tenant',
  models: 'models',
  endpoints: 'endpoints',
  admin: 'admin',
}
const settings: JwtSettings = {
  secret: undefined,
  jwks: undefined,
  issuer: undefined,
  audience: [],
  clockSkewMs: 30_000,
  claims,
}
const denied = { code: 'invalid_api_key', message: 'the key or token is not valid' }
const now = () => Math.floor(Date.now() / 1000)
const check = (extra: Partial<JwtSettings>, token: string) =>
  createJwtCheck({ ...settings, ...extra }, silent)(token, Date.now())

let rsa: Signer
let elliptic: Signer
beforeAll(async () => {
  rsa = await createSigner('RS256', 'rsa')
  elliptic = await createSigner('ES256', 'ec')
})

test('HS256: the claims become the caller', async () => {
  const token = await signWithSecret(secret, {
    sub: 'ann',
    team: 'search',
    tenant: 'acme',
    models: ['qwen*'],
    endpoints: '/v1/chat/* /v1/models',
  })
  const { principal, validUntil } = await check({ secret }, token)
  expect(principal).toMatchObject({ kind: 'jwt', id: 'jwt:ann', admin: false })
  expect(principal.owner).toEqual({ user: 'ann', team: 'search', tenant: 'acme' })
  expect([principal.mayUseModel!('qwen2'), principal.mayUseModel!('pocket')]).toEqual([true, false])
  expect([principal.mayCall!('/v1/models'), principal.mayCall!('/api/keys')]).toEqual([true, false])
  expect(validUntil).toBeGreaterThan(Date.now() + 3_600_000)
})

test('RS256 and ES256 with a key set; each token by its own key', async () => {
  const { url, state } = await serveJwks([rsa, elliptic])
  const verify = createJwtCheck({ ...settings, jwks: url }, silent)
  for (const signer of [rsa, elliptic]) {
    expect((await verify(await signToken(signer), Date.now())).principal.id).toBe('jwt:ann')
  }
  expect(state.asked).toBe(1)
})

test('administrators: a claim that is true, or the scope sluice:admin; nothing else', async () => {
  const isAdmin = async (extra: object) =>
    (await check({ secret }, await signWithSecret(secret, extra))).principal.admin
  expect(await isAdmin({ admin: true })).toBe(true)
  expect(await isAdmin({ scope: 'openid sluice:admin' })).toBe(true)
  expect(await isAdmin({ admin: 'true' })).toBe(false)
  expect(await isAdmin({ admin: 1 })).toBe(false)
  expect(await isAdmin({ scope: 'sluice:administrator' })).toBe(false)
})

test('other names for claims', async () => {
  const names = { ...claims, user: 'email', admin: 'https://example.com/admin' }
  const token = await signWithSecret(secret, { email: 'a@b.c', 'https://example.com/admin': true })
  const { principal } = await check({ secret, claims: names }, token)
  expect(principal).toMatchObject({ id: 'jwt:a@b.c', admin: true })
})

test('issuer, audience, times', async () => {
  const strict = { secret, issuer: 'https://issuer', audience: ['sluice', 'other'] }
  const good = { iss: 'https://issuer', aud: 'sluice' }
  const ask = async (extra: object, options: Partial<JwtSettings> = strict) =>
    check(options, await signWithSecret(secret, extra))
  expect((await ask(good)).principal.id).toBe('jwt:ann')
  expect((await ask({ ...good, aud: ['x', 'other'] })).principal.id).toBe('jwt:ann')
  for (const bad of [{ iss: 'https://issuer' }, { aud: 'sluice' }, { ...good, iss: 'https://issuer/' }])
    await expect(ask(bad)).rejects.toMatchObject(denied)
  await expect(ask({ ...good, aud: 'else' })).rejects.toMatchObject(denied)
  // Within the skew and beyond it.
  expect((await ask({ exp: now() - 20 }, { secret })).principal.id).toBe('jwt:ann')
  await expect(ask({ exp: now() - 40 }, { secret })).rejects.toMatchObject(denied)
  expect((await ask({ nbf: now() + 20 }, { secret })).principal.id).toBe('jwt:ann')
  await expect(ask({ nbf: now() + 60 }, { secret })).rejects.toMatchObject(denied)
  // A token without an end, or without somebody.
  await expect(ask({ exp: undefined }, { secret })).rejects.toMatchObject(denied)
  await expect(ask({ sub: undefined }, { secret })).rejects.toMatchObject(denied)
  await expect(ask({ models: [] }, { secret })).rejects.toMatchObject(denied)
  await expect(ask({ models: 7 }, { secret })).rejects.toMatchObject(denied)
})

test('alg none, key confusion, another algorithm, a foreign or changed signature', async () => {
  const { url } = await serveJwks([rsa, elliptic])
  const both = { secret, jwks: url }
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const body = encode({ sub: 'ann', admin: true, exp: now() + 3600 })
  const publicPem = await exportSPKI(rsa.publicKey)
  const good = await signWithSecret(secret)
  const foreign = await createSigner('RS256', 'rsa')
  const bad = [
    `${encode({ alg: 'none' })}.${body}.`,
    `${encode({ alg: 'NONE' })}.${body}.`,
    // The public key as an HMAC secret, as text and as JSON.
    await signWithSecret(publicPem),
    await signWithSecret(JSON.stringify(rsa.jwk)),
    await signWithSecret(secret.repeat(2), {}, 'HS512'),
    await signWithSecret('x'.repeat(32)),
    await signToken(foreign),
    good.slice(0, -2),
    `${good.split('.')[0]}.${body}.${good.split('.')[2]}`,
    'eyJ.eyJ.x',
    `${encode({ alg: 'HS256', crit: ['x'] })}.${body}.x`,
  ]
  for (const token of bad) await expect(check(both, token)).rejects.toMatchObject(denied)
  // What is not set up is not accepted.
  await expect(check({ jwks: url }, good)).rejects.toMatchObject(denied)
  await expect(check({ secret }, await signToken(rsa))).rejects.toMatchObject(denied)
})
