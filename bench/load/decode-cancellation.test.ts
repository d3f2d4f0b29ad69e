import { expect, test } from 'vitest'
import { decodeCancellation } from './decode-cancellation.ts'
import { decodeRange } from './decode-range.ts'

test.each([
  ['500ms', { unit: 'milliseconds', from: 500, to: 500 }],
  ['1s-3s', { unit: 'milliseconds', from: 1000, to: 3000 }],
  ['1-3s', { unit: 'milliseconds', from: 1000, to: 3000 }],
  ['0.5s-1m', { unit: 'milliseconds', from: 500, to: 60_000 }],
  ['8', { unit: 'events', from: 8, to: 8 }],
  ['1-16', { unit: 'events', from: 1, to: 16 }],
])('%s is a range', (text, range) => {
  expect(decodeRange(text)).toEqual(range)
})

test.each(['', '-', '3-1', '1.5', '1h', '1-2-3', '2s-1s', '-5', '1e3', '2000m'])('"%s" is none', (text) => {
  expect(decodeRange(text)).toBeUndefined()
})

test('a rate is a percentage; the default depends on streaming', () => {
  expect(decodeCancellation(undefined, undefined, true)).toBeUndefined()
  expect(decodeCancellation('10%', undefined, true)).toEqual({
    rate: 0.1,
    after: { unit: 'events', from: 1, to: 16 },
  })
  expect(decodeCancellation('20', undefined, false)).toMatchObject({
    rate: 0.2,
    after: { unit: 'milliseconds' },
  })
  for (const rate of ['0', '101%', 'all', '-1']) {
    expect(() => decodeCancellation(rate, undefined, true)).toThrow('--cancel-rate must be')
  }
  expect(() => decodeCancellation('1%', '0', true)).toThrow('--cancel-after "0"')
  expect(() => decodeCancellation('1%', '8', false)).toThrow('not streamed')
})
