import { expect, test } from 'vitest'
import { resolveFailure } from './failure.ts'

const errorOf = (code: string, message = 'it failed') => Object.assign(new Error(message), { code })

test.each([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])('%s is a failure to connect', (code) => {
  expect(resolveFailure(errorOf(code), 'unanswered')).toEqual({
    kind: 'connect',
    message: `it failed (${code})`,
  })
})

test.each([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'NODE_EXTRA_CA_CERTS'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'try http://'],
])('%s says what to do', (code, advice) => {
  const { kind, message } = resolveFailure(errorOf(code), 'unanswered')
  expect(kind).toBe('connect')
  expect(message).toContain(advice)
  expect(message).toContain(code)
})

test('an error for several addresses is named by its first part', () => {
  const cause = new AggregateError([errorOf('ECONNREFUSED'), errorOf('ECONNREFUSED')])
  expect(resolveFailure(cause, 'unanswered')).toEqual({ kind: 'connect', message: 'ECONNREFUSED' })
})

test.each([
  ['unanswered', 'reset', 'before any answer'],
  ['headers', 'truncated', 'before any output'],
  ['output', 'truncated', 'in the middle of the answer'],
] as const)('a connection lost at "%s" is %s', (progress, kind, message) => {
  const failure = resolveFailure(errorOf('ECONNRESET', 'read ECONNRESET'), progress)
  expect(failure).toEqual({ kind, message: expect.stringContaining(message) })
  expect(failure.message).toContain('read ECONNRESET')
})
