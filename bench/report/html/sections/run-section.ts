import { latencyNames, type BenchResult } from '../../../result.ts'
import type { Chart } from '../chart/chart.ts'
import { renderChart } from '../chart/render-chart.ts'
import { chartByPrompt } from '../charts/by-prompt.ts'
import { chartHistogram } from '../charts/histogram.ts'
import { chartInFlight } from '../charts/in-flight.ts'
import { chartOverTime } from '../charts/over-time.ts'
import { chartPercentiles } from '../charts/percentile-curve.ts'
import { tablePercentiles } from '../charts/percentile-table.ts'
import { chartRateOverTime } from '../charts/rate-over-time.ts'
import { chartTurns } from '../charts/turn-charts.ts'
import { distributionOf, gapNameOf } from '../distribution.ts'
import { markup, type Markup } from '../markup.ts'
import { latencyLabels } from '../../latency-labels.ts'
import { renderErrors } from './errors.ts'
import { renderFigureList, renderServerFigures } from './figure-list.ts'

/** Everything about one load: latencies in figures and plots, and what went wrong. `id` keeps several apart. */
export const renderRun = (result: BenchResult, id: string): Markup => {
  const gap = gapNameOf(result)
  const overTime = [
    chartOverTime(result, 'ttft', `${id}-ttft-time`),
    chartOverTime(result, 'e2e', `${id}-e2e-time`),
    chartRateOverTime(result, `${id}-rate`),
    chartInFlight(result, `${id}-in-flight`),
  ]
  const spread = [
    chartHistogram(result, 'ttft', `${id}-ttft-spread`),
    chartHistogram(result, gap, `${id}-gap-spread`),
    chartHistogram(result, 'e2e', `${id}-e2e-spread`),
    chartCurves(result, `${id}-percentiles`),
    chartByPrompt(result, `${id}-by-prompt`),
  ]
  return markup`${renderErrors(result)}${renderGroup('Over time', overTime)}${renderGroup('By turn', chartTurns(result, id))}${renderGroup('Distributions', spread)}${renderLatencies(result)}${renderServerFigures(result)}${renderFigureList(result)}`
}

const renderGroup = (title: string, charts: (Chart | undefined)[]): Markup | undefined => {
  const shown = charts.filter((chart) => chart !== undefined)
  // The last of an odd number would stand alone.
  const last = shown.length % 2 === 1 ? shown.at(-1) : undefined
  if (shown.length === 0) return undefined
  return markup`<section>
    <h2>${title}</h2>
    <div class="grid">${shown.map((chart) => renderChart({ ...chart, wide: chart === last }))}</div>
  </section>`
}

const chartCurves = (result: BenchResult, id: string): Chart | undefined => {
  const names = [['ttft', 't1'], [gapNameOf(result), 't5'], ['e2e', 't3']] as const // prettier-ignore
  return chartPercentiles(
    names.flatMap(([name, tone]) => {
      const summary = result.latency[name]
      return summary === null
        ? []
        : [{ label: latencyLabels[name], summary, tone, buckets: distributionOf(result, name) }]
    }),
    {
      id,
      title: 'By percentile',
      text: 'To the right each further nine takes the same room, so that the tail is as easy to read as the middle.',
      apart: true,
    },
  )
}

const renderLatencies = (result: BenchResult): Markup | undefined => {
  const hidden = result.latency.itl === null ? 'itl' : 'chunk_gap'
  const rows = latencyNames.flatMap((name) => {
    const summary = result.latency[name]
    return summary === null || name === hidden ? [] : [{ label: latencyLabels[name], summary }]
  })
  if (rows.length === 0) return undefined
  return markup`<section>
    <h2>Latencies</h2>
    <div class="card panel scroll">${tablePercentiles(rows)}</div>
    <p class="hint">
      Milliseconds. Below each percentile: where it lies with 95 % confidence; ? is an end that too few
      samples can say, and ~ marks a percentile that they cannot support.
    </p>
  </section>`
}
