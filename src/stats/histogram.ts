import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js'

/** Microseconds up to two hours, to 1 %. */
const settings = {
  lowestDiscernibleValue: 1,
  highestTrackableValue: 7_200_000_000,
  numberOfSignificantValueDigits: 2,
  useWebAssembly: false,
} as const

export const emptyHistogram: string = encodeIntoCompressedBase64(build(settings))

/** Those that this process wrote last, so that it need not decode them again. */
const known = new Map<string, Histogram>()
const knownLimit = 512

/** Adds milliseconds to an encoded histogram. */
export function addToHistogram(encoded: string, values: readonly number[]): string {
  if (values.length === 0) return encoded
  const histogram = take(encoded)
  for (const value of values) histogram.recordValue(toMicroseconds(value))
  const text = encodeIntoCompressedBase64(histogram)
  known.set(text, histogram)
  if (known.size > knownLimit) known.delete(known.keys().next().value!)
  return text
}

export const countHistogram = (encoded: string): number =>
  encoded === emptyHistogram ? 0 : (known.get(encoded) ?? decode(encoded)).totalCount

function take(encoded: string): Histogram {
  if (encoded === emptyHistogram) return build(settings)
  const found = known.get(encoded)
  // It is about to change, so it no longer is what it was known as.
  known.delete(encoded)
  return found ?? decode(encoded)
}

const decode = (encoded: string): Histogram => decodeFromCompressedBase64(encoded, 32, false) as Histogram

const toMicroseconds = (ms: number): number =>
  Math.min(settings.highestTrackableValue, Math.max(1, Math.round(ms * 1000)))
