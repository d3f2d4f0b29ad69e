import { expect, test } from 'vitest'
import { describeSetting } from './describe-setting.ts'
import { resolveExpiry } from './expiry.ts'
import { resolveConfig } from './resolve.ts'

const secret = '1'.repeat(32)

test('a secret of digits stays text, and audiences may be one or many', () => {
  const { config } = resolveConfig({ environment: { JWT_SECRET: secret, SLUICE_JWT_AUDIENCE: 'a,b' } })
  expect(config).toMatchObject({ jwt_secret: secret, jwt_audience: ['a', 'b'], jwt_clock_skew: 30_000 })
  expect(resolveConfig({ flags: { jwt_audience: 'one' } }).config.jwt_audience).toEqual(['one'])
  expect(resolveConfig({ flags: { jwt_claims: { user: 'email' } } }).config.jwt_claims).toMatchObject({
    user: 'email',
    admin: 'admin',
  })
})

test.each([
  ['jwt_secret', 'short'],
  ['jwt_jwks', 'http://example.com/jwks'],
  ['jwt_jwks', 'http://localhost.example.com/jwks'],
  ['jwt_jwks', 'keys.json'],
  ['jwt_clock_skew', '1h'],
  ['store', 'mysql://x'],
  ['store', 'relative.db'],
])('%s: %s is refused at start, with the key’s name', (key, value) => {
  expect(() => resolveConfig({ flags: { [key]: value } })).toThrow(new RegExp(`^${key}: .*from flag`))
})

test.each([
  ['store', 'postgres://me:hunter2@db:5432/sluice', 'postgres://me:***@db:5432/sluice'],
  [
    'store',
    'postgres://db/sluice?password=hunter2&sslmode=require',
    'postgres://db/sluice?password=***&sslmode=require',
  ],
  ['store', 'postgres://me:hunter2@x@db/sluice', 'postgres://me:***@db/sluice'],
  ['store', '/var/lib/sluice.db', '/var/lib/sluice.db'],
  ['jwt_secret', 'hunter2', '***'],
] as const)('shown settings hide what is secret: %s %s', (key, value, shown) => {
  expect(describeSetting(key, value, 'file')).toMatchObject({ value: shown, text: shown })
})

test('when a key ends', () => {
  const now = Date.parse('2026-11-21T00:00:00Z')
  expect(resolveExpiry('30d', now)).toBe('2026-12-21T00:00:00.000Z')
  expect(resolveExpiry('90m', now)).toBe('2026-11-21T01:30:00.000Z')
  expect(resolveExpiry('2027-01-31', now)).toBe('2027-01-31T00:00:00.000Z')
  expect(resolveExpiry('2027-01-31T12:00:00+02:00', now)).toBe('2027-01-31T10:00:00.000Z')
  for (const bad of ['30', 'soon', '0d', '-1d', '2027', '2020-01-01', '2027-13-01'])
    expect(() => resolveExpiry(bad, now)).toThrow('--expires')
})
