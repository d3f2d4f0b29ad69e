import { expect, test } from 'vitest'
import { readCredential } from './read-credential.ts'

test.each([
  [{ authorization: 'Bearer abc' }, 'abc'],
  [{ authorization: 'bearer   abc ' }, 'abc'],
  [{ 'x-api-key': 'abc' }, 'abc'],
  [{ 'api-key': ' abc ' }, 'abc'],
  [{ authorization: 'Bearer abc', 'x-api-key': 'other' }, 'abc'],
  // A proxy's own password is not ours.
  [{ authorization: 'Basic dXNlcjpw', 'x-api-key': 'abc' }, 'abc'],
  [{ authorization: 'Bearer ', 'api-key': 'abc' }, 'abc'],
  [{ authorization: 'abc' }, undefined],
  [{ 'x-api-key': '' }, undefined],
  [{}, undefined],
])('%j', (headers, credential) => expect(readCredential(headers)).toBe(credential))
