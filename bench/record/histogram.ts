import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js'
import { AppError } from '../../src/errors.ts'

/** One hour in microseconds, the longest timeout. The histogram grows if something took longer still. */
const highestMicroseconds = 3_600_000_000

/** Whole microseconds in an HDR histogram of three digits: 0.1 % at any size, in constant memory. */
export const createHistogram = (): Histogram =>
  build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestMicroseconds,
    numberOfSignificantValueDigits: 3,
    autoResize: true,
  })

/** HdrHistogram's own form (V2, compressed, base64), which its other libraries read. */
export const encodeHistogram = (histogram: Histogram): string => encodeIntoCompressedBase64(histogram)

/** Far more than three digits over an hour can need; a larger text is no histogram of ours. */
const longestText = 1_000_000

/** What `Latency.histogram` wrote; a result file comes from anywhere. */
export const decodeHistogram = (encoded: string): Histogram => {
  try {
    if (encoded.length > longestText) throw new Error('too long')
    return decodeFromCompressedBase64(encoded, 32)
  } catch (cause) {
    throw new AppError('invalid_request', 'the result holds a histogram that cannot be read', { cause })
  }
}

export type Bucket = { milliseconds: number; count: number }

/** The recorded values in rising order, each with how often it came; as fine as the histogram is (0.1 %). */
export const listBuckets = (histogram: Histogram): Bucket[] => {
  const buckets: Bucket[] = []
  const { recordedValuesIterator: iterator } = histogram as unknown as {
    recordedValuesIterator: RecordedValues
  }
  iterator.reset()
  while (iterator.hasNext()) {
    const { valueIteratedTo, countAtValueIteratedTo } = iterator.next()
    buckets.push({ milliseconds: valueIteratedTo / 1000, count: countAtValueIteratedTo })
  }
  return buckets
}

type RecordedValues = {
  reset(): void
  hasNext(): boolean
  next(): { valueIteratedTo: number; countAtValueIteratedTo: number }
}
