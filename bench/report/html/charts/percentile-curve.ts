import type { Bucket } from '../../../record/histogram.ts'
import type { LatencySummary } from '../../../record/statistics.ts'
import type { Chart, Point, Series } from '../chart/chart.ts'
import { latencyScale, logScale, ninesScale } from '../chart/scale.ts'
import { countOf } from '../distribution.ts'
import { tablePercentiles } from './percentile-table.ts'

export type Curve = { label: string; summary: LatencySummary; buckets: Bucket[]; tone: string }
type Words = { id: string; title: string; text: string; wide?: boolean; apart?: boolean }

/** Each further nine to the right takes the same room, so that the tail is as easy to read as the middle. */
export const chartPercentiles = (curves: Curve[], { apart = false, ...words }: Words): Chart | undefined => {
  const shown = curves.filter(({ buckets }) => buckets.length > 0)
  if (shown.length === 0) return undefined
  const most = Math.max(...shown.map(({ buckets }) => countOf(buckets)))
  const [low, high] = [
    Math.min(...shown.map(({ summary }) => summary.min)),
    Math.max(...shown.map(({ summary }) => summary.max)),
  ]
  const middle = Math.min(...shown.map(({ summary }) => summary.p50))
  return {
    ...words,
    x: { label: 'percentile', unit: '', scale: ninesScale(most) },
    // Latencies of different kinds differ by orders of magnitude.
    y: {
      label: 'latency',
      unit: 'ms',
      scale: apart && low > 0 ? logScale(Math.max(low, middle / 10), high) : latencyScale(low, middle, high),
    },
    series: shown.map(({ label, tone, buckets }): Series => ({
      name: label,
      shape: 'line',
      tone,
      points: followRanks(buckets),
    })),
    table: tablePercentiles(shown),
  }
}

/** Enough for a smooth line, and the percentiles that have names among them. */
const perNine = 24

const followRanks = (buckets: Bucket[]): Point[] => {
  const total = countOf(buckets)
  const nines = Math.log10(total)
  const steps = Math.max(1, Math.ceil(nines * perNine))
  const shares = [
    0,
    0.5,
    0.95,
    ...Array.from({ length: steps }, (_, index) => 1 - 10 ** -((index + 1) / perNine)),
  ]
  const wanted = [...shares, 1 - 1 / total]
    .filter((share) => share <= 1 - 1 / total)
    .toSorted((left, right) => left - right)
  const points: Point[] = []
  let [passed, at] = [0, -1]
  for (const share of wanted) {
    const rank = Math.max(1, Math.ceil(share * total - 1e-9))
    while (passed < rank) {
      at += 1
      passed += buckets[at]!.count
    }
    points.push([share, buckets[at]!.milliseconds])
  }
  // The largest value stands at the end of the line.
  if (total > 1) points.push([1 - 1 / total, buckets.at(-1)!.milliseconds])
  return points
}
