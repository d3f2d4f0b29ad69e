import { arrivalUnit, nameOf, loadOf } from '../../../level.ts'
import type { BenchResult, LatencyName } from '../../../result.ts'
import { formatNumber } from '../../format-number.ts'
import type { Axis, Chart, Point, Series } from '../chart/chart.ts'
import { latencyScale, levelScale, linearScale } from '../chart/scale.ts'
import { distributionOf } from '../distribution.ts'
import { markup, type Markup } from '../markup.ts'
import { latencyLabels } from '../../latency-labels.ts'
import { latencyMeanings } from '../latency-meanings.ts'
import { chartPercentiles } from './percentile-curve.ts'
import { chartInteractivity, chartTrade } from './trade-chart.ts'

type Line = {
  name: string
  tone: string
  dash?: Series['dash']
  read: (result: BenchResult) => number | null | undefined
}

/** What more load brings, and what it costs. */
export const chartSweep = (results: BenchResult[]): Chart[] => {
  const runs = results.toSorted((left, right) => loadOf(left) - loadOf(right))
  const latencies = (['ttft', 'e2e', 'tpot'] as const).map((name) => chartLatency(runs, name))
  const charts = [
    chartLines(
      runs,
      {
        id: 'sweep-tokens',
        title: 'Output tokens per second',
        text: 'Over the whole of each run.',
        unit: 'tokens/s',
      },
      [
        {
          name: 'output tokens/s',
          tone: 't1',
          read: ({ throughput }) => throughput.output_tokens_per_second,
        },
      ],
    ),
    chartLines(
      runs,
      {
        id: 'sweep-requests',
        title: 'Requests per second',
        text: 'Answered; with --goodput also those that kept every limit.',
        unit: 'requests/s',
      },
      [
        { name: 'requests/s', tone: 't4', read: ({ throughput }) => throughput.requests_per_second },
        { name: 'goodput', tone: 't2', dash: 'dashed', read: ({ goodput }) => goodput?.requests_per_second },
      ],
    ),
    ...latencies,
    ...(['ttft', 'e2e'] as const).map((name) => chartCurves(runs, name)),
    chartTrade(runs),
    chartInteractivity(runs),
  ]
  return charts.filter((chart) => chart !== undefined)
}

const chartLatency = (runs: BenchResult[], name: LatencyName): Chart | undefined => {
  const read =
    (statistic: 'p50' | 'p95' | 'p99') =>
    ({ latency }: BenchResult) =>
      latency[name]?.[statistic]
  const words = {
    id: `sweep-${name}`,
    title: latencyLabels[name],
    text: `${latencyMeanings[name].replace(/^./, (first) => first.toUpperCase())}.`,
    unit: 'ms',
  }
  return chartLines(runs, words, [
    { name: 'P50', tone: 't1', read: read('p50') },
    { name: 'P95', tone: 't2', dash: 'dashed', read: read('p95') },
    { name: 'P99', tone: 't3', dash: 'dotted', read: read('p99') },
  ])
}

type Words = { id: string; title: string; text: string; unit: string }

const chartLines = (runs: BenchResult[], { unit, ...words }: Words, lines: Line[]): Chart | undefined => {
  const series = lines.flatMap(({ read, ...line }): Series[] => {
    const points = [...Map.groupBy(runs, loadOf)].flatMap(([load, same]) => pointOf(load, same, read))
    return points.length === 0 ? [] : [{ ...line, shape: 'line', points }]
  })
  if (series.length === 0) return undefined
  const heights = series
    .flatMap(({ points }) => points.map(([, height]) => height))
    .toSorted((left, right) => left - right)
  const [low, middle, high] = [heights[0]!, heights[Math.floor(heights.length / 2)]!, heights.at(-1)!]
  return {
    ...words,
    x: axisOf(runs),
    y: { label: unit, unit, scale: unit === 'ms' ? latencyScale(low, middle, high) : linearScale(high) },
    series,
    table: tableLines(
      runs,
      lines.filter(({ name }) => series.some((each) => each.name === name)),
    ),
  }
}

/** A load that was measured several times is one point at the mean; the table has each run. */
const pointOf = (load: number, runs: BenchResult[], read: Line['read']): Point[] => {
  const values = runs.map(read).filter((value) => typeof value === 'number')
  if (values.length === 0) return []
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const flaws = [...new Set(runs.map(({ verdict }) => verdict.status))].filter((status) => status !== 'VALID')
  const words = [...(runs.length > 1 ? [`mean of ${runs.length} runs`] : []), ...flaws].join(', ')
  return [[load, mean, words === '' ? undefined : words] as Point]
}

const axisOf = (runs: BenchResult[]): Axis => ({
  label: runs[0]!.configuration.arrivals === null ? 'concurrency' : 'load asked for',
  unit: runs[0]!.configuration.arrivals === null ? '' : arrivalUnit(runs[0]!.configuration),
  scale: levelScale([...new Set(runs.map(loadOf))]),
})

const tableLines = (runs: BenchResult[], lines: Line[]): Markup =>
  markup`<table>
    <thead>
      <tr>
        <th>Load</th>
        ${lines.map(({ name }) => markup`<th>${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${runs.map(
        (run) =>
          markup`<tr>
            <th>${nameOf(run)}</th>
            ${lines.map(({ read }) => {
              const value = read(run)
              return markup`<td>${typeof value === 'number' ? formatNumber(value, 2) : '-'}</td>`
            })}
          </tr>`,
      )}
    </tbody>
  </table>`

/** A search measures a load near its limit again: lines of the same name are numbered. */
const labelsOf = (runs: BenchResult[]): string[] => {
  const names = runs.map(nameOf)
  return names.map((name, index) => {
    const earlier = names.slice(0, index).filter((other) => other === name).length
    return earlier === 0 ? name : `${name} (${earlier + 1})`
  })
}

const chartCurves = (runs: BenchResult[], name: LatencyName): Chart | undefined => {
  const labels = labelsOf(runs)
  return chartPercentiles(
    runs.flatMap((run, index) => {
      const summary = run.latency[name]
      return summary === null
        ? []
        : [
            {
              label: labels[index]!,
              summary,
              buckets: distributionOf(run, name),
              tone: `t${(index % 6) + 1}`,
            },
          ]
    }),
    {
      id: `sweep-curve-${name}`,
      title: `${latencyLabels[name]} by percentile`,
      text: 'A line for each load. To the right each further nine takes the same room.',
    },
  )
}
