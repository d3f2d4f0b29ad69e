import { expect, test } from 'vitest'
import { AppError } from '../../src/errors.ts'
import { resolveTarget } from './target.ts'

test.each([
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/v1'],
  ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080/v1'],
  ['http://127.0.0.1:8080/v1', 'http://127.0.0.1:8080/v1'],
  [' http://127.0.0.1:8080/v1/ ', 'http://127.0.0.1:8080/v1'],
  ['http://host:1/v1/chat/completions', 'http://host:1/v1'],
  ['http://host:1/v1/completions/', 'http://host:1/v1'],
  ['http://host:1/v1/models', 'http://host:1/v1'],
  ['localhost:8080', 'http://localhost:8080/v1'],
  ['host', 'http://host/v1'],
  [':8080', 'http://127.0.0.1:8080/v1'],
  ['[::1]:8080/v1', 'http://[::1]:8080/v1'],
  ['https://example.com/api/v1', 'https://example.com/api/v1'],
  ['HTTPS://Example.com/openai', 'https://example.com/openai'],
])('%s means %s', (text, baseUrl) => {
  expect(resolveTarget(text).baseUrl).toBe(baseUrl)
})

test.each([
  ['', 'is not a URL'],
  ['http://', 'is not a URL'],
  ['http://host:99999', 'is not a URL'],
  ['ftp://host/v1', 'ftp:// cannot be benchmarked'],
  ['http://me:secret@host/v1', '--api-key'],
  ['http://host/v1?key=secret', 'query'],
])('"%s" is refused', (text, reason) => {
  const act = () => resolveTarget(text)
  expect(act).toThrow(AppError)
  expect(act).toThrow(reason)
})
