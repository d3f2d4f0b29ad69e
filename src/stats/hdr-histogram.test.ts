import { deflateSync } from 'node:zlib'
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { expect, test } from 'vitest'
import { createHistogram, decodeHistogram } from './hdr-histogram.ts'

const settings = {
  bitBucketSize: 32,
  lowestDiscernibleValue: 1,
  highestTrackableValue: 3_600_000_000,
  numberOfSignificantValueDigits: 2,
  autoResize: false,
} as const
/** The same numbers on every run, from one microsecond to an hour. */
const values = Array.from({ length: 5000 }, (_, index) =>
  Math.round(Math.exp((Math.log(3.6e9) * ((index * 7919) % 5000)) / 4999)),
)
const percentiles = [0, 1, 50, 90, 95, 99, 99.9, 100]

test.each([1, 2, 3, 5] as const)('reads what hdr-histogram-js wrote with %i digits', (digits) => {
  const theirs = build({ ...settings, numberOfSignificantValueDigits: digits })
  for (const value of values) theirs.recordValue(value)
  const ours = createHistogram()
  ours.add(decodeHistogram(encodeIntoCompressedBase64(theirs)))
  expect(ours.count).toBe(values.length)
  const near = Math.max(0.011, 10 ** -digits * 1.1)
  for (const percentile of percentiles) {
    const expected = theirs.getValueAtPercentile(percentile)
    expect(Math.abs(ours.percentile(percentile) - expected)).toBeLessThanOrEqual(1 + near * expected)
  }
})

/** As the library wants it. */
function compress(text: string): string {
  const packed = deflateSync(Buffer.from(text, 'base64'))
  const head = Buffer.alloc(8)
  head.writeInt32BE(0x1c849314, 0)
  head.writeInt32BE(packed.length, 4)
  return Buffer.concat([head, packed]).toString('base64')
}

test('with our own digits it is the same histogram, both ways', () => {
  const theirs = build(settings)
  const ours = createHistogram()
  for (const value of [0, 1, 255, 256, 257, 3_600_000_000, ...values]) {
    theirs.recordValue(value)
    ours.record(value)
  }
  const read = decodeFromCompressedBase64(compress(ours.encode()))
  const back = createHistogram()
  back.add(decodeHistogram(encodeIntoCompressedBase64(theirs)))
  expect(read.totalCount).toBe(theirs.totalCount)
  for (const percentile of percentiles) {
    const expected = theirs.getValueAtPercentile(percentile)
    expect([percentile, ours.percentile(percentile)]).toEqual([percentile, expected])
    expect([percentile, read.getValueAtPercentile(percentile)]).toEqual([percentile, expected])
    expect([percentile, back.percentile(percentile)]).toEqual([percentile, expected])
  }
  expect(ours.mean()).toBeCloseTo(theirs.mean, 3)
})

test('sums of parts are the whole', () => {
  const [whole, sum] = [createHistogram(), createHistogram()]
  for (let start = 0; start < values.length; start += 500) {
    const part = createHistogram()
    for (const value of values.slice(start, start + 500)) {
      part.record(value)
      whole.record(value)
    }
    sum.add(decodeHistogram(part.encode()))
  }
  expect(sum.encode()).toBe(whole.encode())
})

test('nothing recorded is the empty text; longer than an hour counts as an hour', () => {
  const histogram = createHistogram()
  histogram.add(decodeHistogram(''))
  expect(decodeHistogram(encodeIntoCompressedBase64(build(settings)))).toEqual([])
  expect([histogram.count, histogram.encode(), histogram.percentile(99), histogram.mean()]).toEqual([
    0,
    '',
    0,
    0,
  ])
  histogram.record(1e12)
  expect(histogram.percentile(50)).toBeGreaterThanOrEqual(3_600_000_000)
})

test.each(['x', 'not a histogram at all', 'HISTFAAAABx4nJNpmSzMwMDAzAABAAAaAAF=', 'AAAA'.repeat(40)])(
  'text that is no histogram: %s',
  (text) => {
    expect(() => decodeHistogram(text)).toThrow()
  },
)
