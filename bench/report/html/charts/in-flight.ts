import type { BenchResult } from '../../../result.ts'
import type { Chart, Point } from '../chart/chart.ts'
import { linearScale } from '../chart/scale.ts'
import { tableSlices } from '../slices.ts'

/** More steps than this are averaged: the moment between an answer and the next request would be drawn as a dip. */
const mostSteps = 24

/** How many requests the server had at any moment: the load as it really was. */
export const chartInFlight = ({ samples }: BenchResult, id: string): Chart | undefined => {
  if (samples.length === 0) return undefined
  const steps = countSteps(
    samples.flatMap(({ start, end }) => [[start / 1000, 1] as const, [end / 1000, -1] as const]),
  )
  const end = steps.at(-1)![0]
  const points = steps.length > mostSteps ? averageSteps(steps, end) : steps
  const most = steps.reduce((high, [, count]) => Math.max(high, count), 0)
  return {
    id,
    title: 'Requests in flight',
    text: 'Sent and not yet answered, counted from the requests themselves; means of short times where there are many.',
    x: { label: 'since the start', unit: 's', scale: linearScale(end, { exact: true, wanted: 8 }) },
    y: { label: 'in flight', unit: '', scale: linearScale(most, { wanted: Math.min(5, most) }) },
    series: [{ name: 'in flight', shape: 'stairs', tone: 't4', points }],
    table: tableSlices(points, end, ''),
  }
}

const countSteps = (events: (readonly [number, number])[]): Point[] => {
  let count = 0
  // An answer and the request that follows it in the same moment are one step, not a dip.
  const sorted = events.toSorted((left, right) => left[0] - right[0] || right[1] - left[1])
  return sorted.flatMap(([time, change], index): Point[] => {
    count += change
    return sorted[index + 1]?.[0] === time ? [] : [[time, count]]
  })
}

const averageSteps = (steps: Point[], end: number, parts = 150): Point[] => {
  const width = end / parts
  const areas = new Float64Array(parts)
  for (const [index, [from, count]] of steps.entries()) {
    const to = steps[index + 1]?.[0] ?? end
    for (let part = Math.floor(from / width); part < parts && part * width < to; part += 1) {
      areas[part]! += count * Math.max(0, Math.min(to, (part + 1) * width) - Math.max(from, part * width))
    }
  }
  const means = [...areas].map((area, part): Point => [part * width, area / width])
  return [...means, [end, means.at(-1)![1]]]
}
