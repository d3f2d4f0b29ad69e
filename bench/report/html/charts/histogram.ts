import type { Bucket } from '../../../record/histogram.ts'
import type { BenchResult, LatencyName } from '../../../result.ts'
import type { Chart, Marker, Point } from '../chart/chart.ts'
import { linearScale, logScale, type Scale } from '../chart/scale.ts'
import { countOf, distributionOf } from '../distribution.ts'
import { formatTime } from '../figure-text.ts'
import { latencyLabels } from '../../latency-labels.ts'
import { latencyMeanings } from '../latency-meanings.ts'
import { tablePercentiles } from './percentile-table.ts'

const tones: Partial<Record<LatencyName, string>> = {
  ttft: 't1',
  e2e: 't3',
  tpot: 't6',
  itl: 't5',
  chunk_gap: 't5',
}

/** The percentiles' names stand above the bars. */
const headroom = 1.25

/** How the values of one latency are spread, with the percentiles as lines. */
export const chartHistogram = (result: BenchResult, name: LatencyName, id: string): Chart | undefined => {
  const summary = result.latency[name]
  const buckets = distributionOf(result, name)
  if (summary === null || buckets.length === 0) return undefined
  const x = spanOf(summary)
  const total = countOf(buckets)
  const bins = countBins(buckets, x, Math.min(48, Math.max(10, Math.round(2 * Math.cbrt(total)))))
  const most = bins.reduce((high, [, count]) => Math.max(high, count), 0)
  const label = latencyLabels[name]
  const markers = (['p50', 'p95', 'p99'] as const).map((percentile): Marker => ({
    x: summary[percentile],
    label: `${percentile.replace('p', 'P')} ${formatTime(summary[percentile])}`,
  }))
  return {
    id,
    title: `${label}, spread`,
    text: `${latencyMeanings[name].replace(/^./, (first) => first.toUpperCase())}: share of ${total.toLocaleString('en-US')} values in each bar.`,
    x: { label, unit: 'ms', scale: x },
    y: { label: 'share', unit: '%', scale: linearScale((headroom * 100 * most) / total, { wanted: 4 }) },
    series: [
      {
        name: 'share',
        shape: 'bars',
        tone: tones[name] ?? 't1',
        points: bins.map(([from, count]): Point => [
          from,
          (100 * count) / total,
          `${count.toLocaleString('en-US')} values`,
        ]),
      },
    ],
    markers,
    table: tablePercentiles([{ label, summary }]),
  }
}

/** From the smallest value to the largest; logarithmic for a long tail, and never without width. */
const spanOf = ({ min, p50, max }: { min: number; p50: number; max: number }): Scale => {
  if (max > 12 * p50 && p50 > 0) {
    const from = Math.max(min, p50 / 100, 0.001)
    const { ticks } = logScale(from, max)
    return { kind: 'log', min: from, max, ticks: ticks.filter(({ value }) => value >= from && value <= max) }
  }
  const slack = max > min ? 0 : Math.max(0.05 * max, 0.001)
  return linearScale(max + slack, { from: Math.max(0, min - slack), exact: true })
}

/** The last point is the right end of the last bar. */
const countBins = (
  buckets: Bucket[],
  { kind, min, max }: Scale,
  wanted: number,
): [from: number, count: number][] => {
  const [low, high] = kind === 'log' ? [Math.log(min), Math.log(max)] : [min, max]
  const width = (high - low) / wanted
  const edge = (index: number): number =>
    kind === 'log' ? Math.exp(low + index * width) : low + index * width
  const counts = new Float64Array(wanted)
  for (const { milliseconds, count } of buckets) {
    const at = kind === 'log' ? Math.log(Math.max(milliseconds, min)) : milliseconds
    counts[Math.min(wanted - 1, Math.max(0, Math.floor((at - low) / width)))]! += count
  }
  return [...Array.from(counts, (count, index): [number, number] => [edge(index), count]), [max, 0]]
}
