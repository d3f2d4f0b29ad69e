import { createHistogram, decodeHistogram } from './hdr-histogram.ts'

/** Adds milliseconds to an encoded histogram. */
export function addToHistogram(encoded: string, values: readonly number[]): string {
  if (values.length === 0) return encoded
  const histogram = createHistogram()
  histogram.add(decodeHistogram(encoded))
  for (const value of values) histogram.record(Math.max(1, value * 1000))
  return histogram.encode()
}

export const countHistogram = (encoded: string): number =>
  decodeHistogram(encoded).reduce((total, [, count]) => total + count, 0)
