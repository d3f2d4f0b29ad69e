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
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])('%s is a failure to connect', (code) => {
  expect(resolveFailure(errorOf(code), 'unanswered')).toEqual({
    kind: 'connect',
    message: `it failed (${code})`,
  })
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
