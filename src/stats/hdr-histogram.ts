import { inflateSync } from 'node:zlib'
import { decodeCounts, encodeCounts } from './hdr-counts.ts'

/** One hour: the longest time that is told from a longer one. */
const highestMicroseconds = 3_600_000_000
const digits = 2
/** 128 steps per power of two are what two digits need. */
const halfMagnitude = 7
const half = 2 ** halfMagnitude
/** 25 powers of two reach one hour. */
const length = 26 * half

/**
 * Times in whole microseconds, to two digits. As text it is the V2 format of HdrHistogram (lowest value 1, highest
 * one hour) in base64, so that HDR tools read it and sums of hours and daemons stay exact. It is not compressed:
 * that would cost each update 200 microseconds for a few hundred bytes.
 */
export type Histogram = {
  readonly count: number
  record(microseconds: number): void
  add(counts: Counts): void
  /** '' when nothing was recorded. */
  encode(): string
  /** The largest value that the recorded ones at this percentile cannot be told from. */
  percentile(percentile: number): number
  mean(): number
}

export function createHistogram(): Histogram {
  const counts = new Float64Array(length)
  let count = 0
  return {
    get count() {
      return count
    },
    record(microseconds) {
      counts[toIndex(microseconds)]! += 1
      count += 1
    },
    add(added) {
      for (const [index, each] of added) {
        counts[index]! += each
        count += each
      }
    },
    encode: () =>
      count === 0 ? '' : encodeCounts(counts, { digits, highestMicroseconds }).toString('base64'),
    percentile(percentile) {
      const wanted = Math.max(1, Math.round((Math.min(percentile, 100) / 100) * count))
      let seen = 0
      const index = counts.findIndex((each) => (seen += each) >= wanted)
      return index === -1 ? 0 : valueAt(index, half) + widthOf(index) - 1
    },
    mean() {
      const sum = counts.reduce((total, each, index) => total + each * middleOf(index), 0)
      return count === 0 ? 0 : sum / count
    },
  }
}

/** How often the value with this index was recorded. */
export type Counts = [index: number, count: number][]

/**
 * Reads what `encode` gave, or what another HDR library wrote, compressed or not; '' is empty. Throws on text that
 * is no histogram.
 */
export function decodeHistogram(text: string): Counts {
  if (text === '') return []
  const { steps, counts } = decodeCounts(unpack(text))
  if (steps === half && (counts.at(-1)?.[0] ?? 0) < length) return counts
  return counts.map(([index, count]) => [toIndex(valueAt(index, steps)), count])
}

const toIndex = (microseconds: number): number => {
  const value = Math.min(highestMicroseconds, Math.max(0, Math.round(microseconds)))
  const bucket = 31 - Math.clz32(value | (2 * half - 1)) - halfMagnitude
  return bucket * half + (value >>> bucket)
}

const widthOf = (index: number): number => 2 ** Math.max(0, (index >> halfMagnitude) - 1)
const valueAt = (index: number, steps: number): number =>
  index < steps ? index : ((index % steps) + steps) * 2 ** (Math.floor(index / steps) - 1)
const middleOf = (index: number): number => valueAt(index, half) + (widthOf(index) >> 1)

const compressed = 0x1c849314
const headBytes = 8

/** More would not be the 26 * 128 counts of at most 9 bytes that there can be. */
const maxOutputLength = 256 * 1024

function unpack(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length < headBytes) throw new Error('too short for a histogram')
  return bytes.readInt32BE(0) === compressed
    ? inflateSync(bytes.subarray(headBytes), { maxOutputLength })
    : bytes
}
