import type { Sample } from '../../../record/samples.ts'
import type { BenchResult } from '../../../result.ts'
import type { Chart, Point, Series } from '../chart/chart.ts'
import { latencyScale, linearScale } from '../chart/scale.ts'
import { thinPoints } from '../chart/thin-points.ts'
import { latencyLabels } from '../../latency-labels.ts'
import { latencyMeanings } from '../latency-meanings.ts'
import { cutSlices, rankOf, tableSlices } from '../slices.ts'

/** Seconds from the start, as the user's wait began: where there was a schedule, at the scheduled moment. */
const beginOf = ({ due, start }: Sample): number => Math.max(0, due ?? start) / 1000

/** Each request as a dot: what came when. Failed ones stand on the upper edge, as nobody knows how long they would have taken, and cancelled ones on the lower. */
export const chartOverTime = (result: BenchResult, name: 'ttft' | 'e2e', id: string): Chart | undefined => {
  const measured = result.samples.flatMap((sample): Point[] => {
    const value = sample.error === undefined ? sample[name] : undefined
    return value === undefined ? [] : [[beginOf(sample), value, describe(sample)]]
  })
  if (measured.length === 0) return undefined
  const sorted = measured.map(([, value]) => value).toSorted((left, right) => left - right)
  const y = latencyScale(sorted[0]!, rankOf(sorted, 0.5), sorted.at(-1)!)
  const end = Math.max(...bounds(result.samples.map(beginOf)), 0.001)
  const edge = (wanted: boolean, height: number): Point[] =>
    result.samples.flatMap((sample): Point[] => {
      if (sample.error === undefined || (sample.error === 'cancelled') !== wanted) return []
      return [[beginOf(sample), height, `request ${sample.index}: ${sample.error}`]]
    })
  const [failed, cancelled] = [edge(false, y.max), edge(true, y.min)]
  const label = latencyLabels[name]
  const shown = thinPoints(measured)
  const left =
    shown.length < measured.length
      ? ` ${shown.length} of ${measured.length} are drawn; no extreme is left out.`
      : ''
  const series: Series[] = [
    { name: label, shape: 'dots', tone: name === 'ttft' ? 't1' : 't3', points: shown },
    { name: 'median', shape: 'line', tone: 't2', points: medianLine(measured, end) },
    { name: 'failed', shape: 'squares', tone: 'failed', points: thinPoints(failed, 500) },
    { name: 'cancelled', shape: 'squares', tone: 'given', points: thinPoints(cancelled, 500) },
  ]
  return {
    id,
    title: `${label} over time`,
    text: `A dot for each request: ${latencyMeanings[name]}, by when ${result.dispatch === null ? 'it was sent' : 'it was due'}.${left}`,
    x: { label: 'since the start', unit: 's', scale: linearScale(end, { exact: true, wanted: 8 }) },
    y: { label, unit: 'ms', scale: y },
    series: series.filter(({ points }) => points.length > 0),
    table: tableSlices(measured, end, 'ms'),
  }
}

/** Spreading half a million values as arguments would overflow the stack. */
const bounds = (values: number[]): [number, number] =>
  values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  )

const describe = ({ index, output_tokens: tokens }: Sample): string =>
  `request ${index}${tokens === undefined ? '' : `, ${tokens} tokens`}`

/** Only where each part has enough requests for a median to mean anything. */
const medianLine = (points: Point[], end: number): Point[] => {
  const parts = Math.min(40, Math.floor(points.length / 12))
  if (parts < 3) return []
  return cutSlices(points, end, parts).flatMap(({ from, to, values }): Point[] => {
    if (values.length < 3) return []
    const sorted = values.toSorted((left, right) => left - right)
    return [[(from + to) / 2, rankOf(sorted, 0.5), `${values.length} requests`]]
  })
}
