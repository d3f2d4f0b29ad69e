import { arrivalUnit, levelOf, loadOf } from '../../../level.ts'
import type { BenchResult } from '../../../result.ts'
import { formatNumber } from '../../format-number.ts'
import type { Chart, Point } from '../chart/chart.ts'
import { linearScale, logScale, type Scale } from '../chart/scale.ts'
import { markup } from '../markup.ts'

/** The bargain: how long users wait for how much is served. The knee is where the line turns up. */
export const chartTrade = (runs: BenchResult[]): Chart | undefined =>
  chartPairs(runs, {
    id: 'sweep-trade',
    title: 'Throughput against latency',
    text: `Each load as a point, named by its ${unitOf(runs)}: to the right more is served, upwards users wait longer.`,
    across: 'requests/s',
    up: 'E2E P95, ms',
    unit: 'ms',
    tone: 't3',
    read: ({ throughput, latency }) => [throughput.requests_per_second, latency.e2e?.p95],
  })

/** The other bargain: how fast one reader gets tokens for how many all get. */
export const chartInteractivity = (runs: BenchResult[]): Chart | undefined =>
  chartPairs(runs, {
    id: 'sweep-interactivity',
    title: 'Speed for one user against throughput',
    text: `Each load as a point, named by its ${unitOf(runs)}: to the right an answer flows faster (1 / median TPOT), upwards all answers together bring more.`,
    across: 'tokens/s of one answer',
    up: 'output tokens/s',
    unit: 'tokens/s',
    tone: 't4',
    read: ({ throughput, latency }) => [
      latency.tpot === null || latency.tpot.p50 === 0 ? undefined : 1000 / latency.tpot.p50,
      throughput.output_tokens_per_second,
    ],
  })

const unitOf = ([first]: BenchResult[]): string =>
  first === undefined || first.configuration.arrivals === null
    ? 'concurrency'
    : arrivalUnit(first.configuration)

/** A speed falls by so much from one user to many that the many would stand on one spot. */
const scaleOf = (values: number[]): Scale => {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return low > 0 && high / low > 15 ? logScale(low, high) : linearScale(high, { wanted: 6 })
}

type Pairs = Pick<Chart, 'id' | 'title' | 'text'> & {
  across: string
  up: string
  unit: string
  tone: string
  read(run: BenchResult): [across: number | undefined, up: number | null | undefined]
}

const chartPairs = (
  runs: BenchResult[],
  { across, up, unit, tone, read, ...words }: Pairs,
): Chart | undefined => {
  const pairs = runs.flatMap((run): { run: BenchResult; point: Point }[] => {
    const [left, height] = read(run)
    return left === undefined || height == null ? [] : [{ run, point: [left, height, levelOf(run)] }]
  })
  if (pairs.length < 2) return undefined
  const points = pairs.map(({ point }) => point)
  const largest = (axis: 0 | 1): number => points.reduce((most, point) => Math.max(most, point[axis]), 0)
  return {
    ...words,
    x: { label: across, unit: '', scale: scaleOf(points.map(([left]) => left)) },
    y: { label: up, unit, scale: linearScale(largest(1)) },
    series: [{ name: up, shape: 'line', tone, points }],
    names: pairs.map(({ run }) => String(loadOf(run))),
    table: markup`<table>
      <thead><tr><th>Load</th><th>${across}</th><th>${up}</th></tr></thead>
      <tbody>
        ${points.map(
          ([left, height, load = '']) =>
            markup`<tr><th>${load}</th><td>${formatNumber(left, 2)}</td><td>${formatNumber(height, 1)}</td></tr>`,
        )}
      </tbody>
    </table>`,
  }
}
