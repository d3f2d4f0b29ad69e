import type { Histogram } from 'hdr-histogram-js'
import { confidenceRanks } from './confidence.ts'
import { createHistogram, decodeHistogram, encodeHistogram } from './histogram.ts'

export const percentiles = [50, 90, 95, 99] as const
type PercentileName = `p${(typeof percentiles)[number]}`

/** Milliseconds. */
export type LatencySummary = {
  count: number
  min: number
  mean: number
  p50: number
  p90: number
  p95: number
  p99: number
  max: number
  /** Percentiles that this few samples cannot support. */
  uncertain: PercentileName[]
  /**
   * Where each percentile of the server's latency lies with 95 % confidence, as far as the samples are independent;
   * null on a side where there are too few of them to say.
   */
  confidence: Record<PercentileName, [number | null, number | null]>
}

export type Latency = {
  record: (milliseconds: number) => void
  /** Undefined when nothing was recorded. */
  summary(): LatencySummary | undefined
  /** Everything recorded, in HdrHistogram's own compressed base64 (V2), whole microseconds; undefined when nothing was. */
  histogram(): string | undefined
  /** Adds what another latency recorded, by its histogram and its exact ends and mean. */
  add(encoded: string, summary: Pick<LatencySummary, 'min' | 'max' | 'mean'>): void
}

export const createLatency = (): Latency => {
  const histogram = createHistogram()
  const ends: Ends = { count: 0, sum: 0, min: Number.POSITIVE_INFINITY, max: 0 }
  return {
    record(milliseconds) {
      const value = Math.max(0, milliseconds)
      histogram.recordValue(Math.round(value * 1000))
      ends.count += 1
      ends.sum += value
      if (value < ends.min) ends.min = value
      if (value > ends.max) ends.max = value
    },
    add(encoded, other) {
      const added = decodeHistogram(encoded)
      histogram.add(added)
      ends.count += added.totalCount
      ends.sum += other.mean * added.totalCount
      ends.min = Math.min(ends.min, other.min)
      ends.max = Math.max(ends.max, other.max)
    },
    histogram: () => (ends.count === 0 ? undefined : encodeHistogram(histogram)),
    summary: () => (ends.count === 0 ? undefined : summarize(histogram, ends)),
  }
}

/** What a histogram knows to 0.1 % only. */
type Ends = { count: number; sum: number; min: number; max: number }

const summarize = (histogram: Histogram, { count, sum, min, max }: Ends): LatencySummary => {
  const percentile = (wanted: number): number => {
    // The histogram answers with the upper edge of a bucket, which may lie beyond the exact ends.
    const value = histogram.getValueAtPercentile(wanted) / 1000
    return round(Math.min(Math.max(value, min), max))
  }
  const interval = (wanted: number): [number | null, number | null] => {
    const { lower, upper } = confidenceRanks(count, wanted)
    const at = (rank: number | null) => (rank === null ? null : percentile((rank / count) * 100))
    return [at(lower), at(upper)]
  }
  return {
    count,
    min: round(min),
    mean: round(sum / count),
    p50: percentile(50),
    p90: percentile(90),
    p95: percentile(95),
    p99: percentile(99),
    max: round(max),
    uncertain: percentiles
      .filter((wanted) => count < samplesNeeded(wanted))
      .map((wanted) => `p${wanted}` as const),
    confidence: { p50: interval(50), p90: interval(90), p95: interval(95), p99: interval(99) },
  }
}

/**
 * The fewest samples whose second largest value bounds a percentile from above with 95 % confidence
 * (order statistics of the binomial distribution): 8 for P50, 46 for P90, 93 for P95, 473 for P99.
 */
export const samplesNeeded = (percentile: number): number => {
  const below = percentile / 100
  let samples = 2
  while (1 - below ** samples - samples * (1 - below) * below ** (samples - 1) < 0.95) samples += 1
  return samples
}

/** Microseconds are what was measured; more digits would be noise in every document. */
export const round = (value: number): number => Math.round(value * 1000) / 1000
