import { levelOf } from '../../../level.ts'
import type { BenchResult } from '../../../result.ts'
import { formatNumber } from '../../format-number.ts'
import type { Chart, Point } from '../chart/chart.ts'
import { linearScale } from '../chart/scale.ts'
import { markup } from '../markup.ts'

/** The bargain: how long users wait for how much is served. The knee is where the line turns up. */
export const chartTrade = (runs: BenchResult[]): Chart | undefined => {
  const points = runs.flatMap((run): Point[] => {
    const { throughput, latency } = run
    return latency.e2e === null ? [] : [[throughput.requests_per_second, latency.e2e.p95, levelOf(run)]]
  })
  if (points.length < 2) return undefined
  const largest = (axis: 0 | 1): number => Math.max(...points.map((point) => point[axis]))
  return {
    id: 'sweep-trade',
    title: 'Throughput against latency',
    text: 'Each load as a point: to the right more is served, upwards users wait longer.',
    x: { label: 'requests/s', unit: '', scale: linearScale(largest(0), { wanted: 6 }) },
    y: { label: 'E2E P95', unit: 'ms', scale: linearScale(largest(1)) },
    series: [{ name: 'E2E P95', shape: 'line', tone: 't3', points }],
    table: markup`<table>
      <thead><tr><th>Load</th><th>Requests/s</th><th>E2E P95 ms</th></tr></thead>
      <tbody>
        ${points.map(
          ([rate, latency, load = '']) =>
            markup`<tr><th>${load}</th><td>${formatNumber(rate, 2)}</td><td>${formatNumber(latency, 1)}</td></tr>`,
        )}
      </tbody>
    </table>`,
  }
}
