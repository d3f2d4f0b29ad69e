import { decodeHistogram, listBuckets, type Bucket } from '../../record/histogram.ts'
import type { BenchResult, LatencyName } from '../../result.ts'

/** All values of a latency in rising order, each with how often it came; none where it was not measured. */
export const distributionOf = ({ latency, histograms }: BenchResult, name: LatencyName): Bucket[] => {
  const encoded = histograms?.[name === 'itl' ? 'chunk_gap' : name]
  if (encoded === undefined || latency[name] === null) return []
  const { min, max } = latency[name]
  // The histogram knows values to 0.1 %; its ends are known exactly.
  return listBuckets(decodeHistogram(encoded)).map(({ milliseconds, count }) => ({
    milliseconds: Math.min(max, Math.max(min, milliseconds)),
    count,
  }))
}

export const countOf = (buckets: Bucket[]): number => buckets.reduce((sum, { count }) => sum + count, 0)

/** What is shown of time between outputs: ITL where it is known, else the gaps between chunks. */
export const gapNameOf = ({ latency }: BenchResult): 'itl' | 'chunk_gap' =>
  latency.itl === null ? 'chunk_gap' : 'itl'
