import { expect, test } from 'vitest'
import { formatBytes, formatCount, formatDuration } from './format.ts'
import { createTransferText } from './transfer-progress.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [7_515_232, '7.5 MB'],
  [211_993_600, '212 MB'],
  [4e12, '4.0 TB'],
])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

test.each([
  [12, '12 ms'],
  [1500, '1.5 s'],
  [61_000, '1 min 1 s'],
  [3_660_000, '1 h 1 min'],
  [200_000_000, '2 d 7 h'],
])('%d ms are %s', (ms, text) => expect(formatDuration(ms)).toBe(text))

test.each([
  [1024, '1024'],
  [131_072, '131k'],
  [3_721_984, '3.7M'],
])('%d is %s', (count, text) => expect(formatCount(count)).toBe(text))

test('the rate of a resumed transfer counts only what came since', () => {
  const text = createTransferText(0)
  text('downloading', 50e6, 100e6, 0)
  expect(text('downloading', 60e6, 100e6, 1000)).toContain('60%  60.0 MB of 100 MB  10.0 MB/s  4.0 s left')
  expect(text('downloading', 60e6, null, 1000)).toBe('downloading 60.0 MB  10.0 MB/s')
})
