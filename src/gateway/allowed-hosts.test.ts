import { expect, test } from 'vitest'
import { createHostCheck } from './allowed-hosts.ts'

const accepts = (options: { host: string; allowedHosts?: string[] }, header: string | undefined) => {
  try {
    createHostCheck({ allowedHosts: [], ...options }).assertHost(header, '1.1')
    return true
  } catch {
    return false
  }
}

test.each([
  ['localhost', true],
  ['LOCALHOST:8080', true],
  ['127.0.0.1:8080', true],
  ['[::1]:8080', true],
  [undefined, false],
  ['localhost.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['192.168.1.5', false],
  ['', false],
])('on loopback, the host %s is accepted: %s', (header, expected) => {
  expect(accepts({ host: '127.0.0.1' }, header)).toBe(expected)
})

test('on all interfaces, any address will do but no foreign name', () => {
  for (const host of ['0.0.0.0', '::']) {
    expect(accepts({ host }, '192.168.1.5:8080')).toBe(true)
    expect(accepts({ host }, '[fe80::1]:8080')).toBe(true)
    expect(accepts({ host }, 'evil.example')).toBe(false)
  }
})

test('the bound name, and the names that the operator allows', () => {
  expect(accepts({ host: 'llm.lan' }, 'llm.lan:80')).toBe(true)
  expect(accepts({ host: '::1' }, '[::1]')).toBe(true)
  const allowedHosts = ['Api.Example', '.corp.example']
  expect(accepts({ host: '127.0.0.1', allowedHosts }, 'api.example')).toBe(true)
  expect(accepts({ host: '127.0.0.1', allowedHosts }, 'a.corp.example:9')).toBe(true)
  expect(accepts({ host: '127.0.0.1', allowedHosts }, 'corp.example')).toBe(false)
  expect(accepts({ host: '127.0.0.1', allowedHosts: ['*'] }, 'anything')).toBe(true)
})

test.each([
  ['http://localhost:3000', 'POST', true],
  ['http://[::1]:3000', 'POST', true],
  ['https://evil.example', 'POST', false],
  ['https://evil.example', 'DELETE', false],
  ['https://evil.example', 'GET', true],
  ['null', 'POST', false],
  [undefined, 'POST', true],
])('the origin %s may %s: %s', (origin, method, expected) => {
  const assert = () => createHostCheck({ host: '127.0.0.1', allowedHosts: [] }).assertOrigin(origin, method)
  if (expected) expect(assert).not.toThrow()
  else expect(assert).toThrow(expect.objectContaining({ code: 'origin_not_allowed', status: 403 }))
})

test('HTTP/1.0 may leave the host out, HTTP/1.1 may not', () => {
  const { assertHost } = createHostCheck({ host: '127.0.0.1', allowedHosts: [] })
  expect(() => assertHost(undefined, '1.0')).not.toThrow()
  expect(() => assertHost(undefined, '1.1')).toThrow(expect.objectContaining({ code: 'invalid_request' }))
})

test('where every host is allowed, so is every origin', () => {
  const { assertOrigin } = createHostCheck({ host: '127.0.0.1', allowedHosts: ['*'] })
  for (const origin of ['null', 'https://any.example'])
    expect(() => assertOrigin(origin, 'POST')).not.toThrow()
})
