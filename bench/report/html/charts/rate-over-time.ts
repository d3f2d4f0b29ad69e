import type { Sample } from '../../../record/samples.ts'
import type { BenchResult } from '../../../result.ts'
import type { Chart, Point } from '../chart/chart.ts'
import { linearScale } from '../chart/scale.ts'
import { tableSlices } from '../slices.ts'

/** What the server put out from moment to moment; a request's tokens are spread from its first output to its last. */
export const chartRateOverTime = (result: BenchResult, id: string): Chart | undefined => {
  const good = result.samples.filter(({ error }) => error === undefined)
  const end = good.reduce((latest, sample) => Math.max(latest, sample.end), 0) / 1000
  if (good.length < 3 || end <= 0) return undefined
  const counted = result.throughput.output_tokens_per_second !== null
  const parts = Math.min(120, Math.max(12, Math.floor(good.length / 2)))
  const width = end / parts
  const sums = new Float64Array(parts)
  for (const sample of good) spread(sums, width, sample, counted)
  const points = [...sums].map((sum, part): Point => [part * width, sum / width])
  const most = points.reduce((high, [, rate]) => Math.max(high, rate), 0)
  const unit = counted ? 'tokens/s' : 'requests/s'
  return {
    id,
    title: counted ? 'Output tokens per second' : 'Requests per second',
    text: counted
      ? result.latency.ttft === null
        ? 'Tokens of each request, counted when its answer came.'
        : 'Tokens of each request, spread evenly from its first output to its last.'
      : 'Answers completed, as the server does not count tokens.',
    x: { label: 'since the start', unit: 's', scale: linearScale(end, { exact: true, wanted: 8 }) },
    y: { label: unit, unit, scale: linearScale(most) },
    series: [
      {
        name: counted ? 'output' : 'answers',
        shape: 'stairs',
        tone: 't1',
        points: [...points, [end, points.at(-1)![1]]],
      },
    ],
    table: tableSlices(points, end, unit),
  }
}

const spread = (sums: Float64Array, width: number, sample: Sample, counted: boolean): void => {
  const begin = sample.due ?? sample.start
  const last = (begin + (sample.e2e ?? 0)) / 1000
  const first = counted && sample.ttft !== undefined ? (begin + sample.ttft) / 1000 : last
  const amount = counted ? (sample.output_tokens ?? sample.events ?? 0) : 1
  const from = Math.min(sums.length - 1, Math.max(0, Math.floor(first / width)))
  const to = Math.min(sums.length - 1, Math.max(from, Math.floor(last / width)))
  for (let part = from; part <= to; part += 1) {
    const shared = Math.min(last, (part + 1) * width) - Math.max(first, part * width)
    sums[part]! += from === to ? amount : (amount * Math.max(0, shared)) / (last - first)
  }
}
