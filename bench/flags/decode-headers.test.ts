import { expect, test } from 'vitest'
import { decodeHeaders } from './decode-headers.ts'

test("curl's and vLLM's spelling, by lower-case names", () => {
  expect(decodeHeaders(['Authorization: Bearer a=b', 'X-Run=7', 'x-url=http://a:1'])).toEqual({
    authorization: 'Bearer a=b',
    'x-run': '7',
    'x-url': 'http://a:1',
  })
  expect(decodeHeaders(undefined)).toBeUndefined()
})

test.each([
  [['secret'], "write 'Name: value'"],
  [[': secret'], "write 'Name: value'"],
  [['a b: secret'], 'a name that HTTP does not allow'],
  [['a: secret\r\nx: y'], 'a character that HTTP does not allow'],
  [[`a: secret${'x'.repeat(20_000)}`], 'longer than 16 KiB'],
  [['Content-Length: 5secret'], 'set by the load generator itself'],
  [['a: secret', 'A: secret'], '"a" is given twice'],
  [Array.from({ length: 65 }, (_, index) => `h${index}: secret`), 'more than 64'],
])('what cannot be sent is refused without its value', (texts, reason) => {
  expect(() => decodeHeaders(texts)).toThrow(reason)
  try {
    decodeHeaders(texts)
  } catch (cause) {
    expect((cause as Error).message).not.toContain('secret')
  }
})
