import { nameOf } from '../level.ts'
import { plural } from '../plural.ts'
import type { LatencySummary } from '../record/statistics.ts'
import type { BenchResult } from '../result.ts'
import { definitions, type Defined } from './definitions.ts'
import { formatCount, formatNumber, formatShare } from './format-number.ts'
import { wrap } from './wrap.ts'

const labels: Record<Defined, string> = {
  ttft: 'TTFT', tpot: 'TPOT', itl: 'ITL', chunk_gap: 'Chunk gap', e2e: 'E2E', requests_per_second: 'Requests/s',
  output_tokens_per_second: 'Output tokens/s', total_tokens_per_second: 'Total tokens/s', goodput: 'Goodput',
  error_rate: 'Errors',
} // prettier-ignore
const indent = ' '.repeat(18)

/** Each figure's definition, what it came to in these runs, and what is not in it and why. */
export const renderExplanation = (results: BenchResult[], columns = 100): string =>
  [
    'What the figures mean, and what is not in them',
    ...(Object.keys(definitions) as Defined[]).map((name) => explainFigure(name, results, columns)),
    explainPercentiles(columns),
    ...results.map((result) => explainWhole(result, results.length > 1, columns)),
  ]
    .filter((part) => part !== '')
    .join('\n\n')

const explainFigure = (name: Defined, results: BenchResult[], columns: number): string => {
  const found = results.flatMap((result) => {
    const facts = factsOf[name](result)
    return facts === undefined ? [] : [`${results.length > 1 ? `${nameOf(result)}: ` : ''}${facts}`]
  })
  if (found.length === 0) return ''
  return [
    wrap(definitions[name], columns, `${labels[name].padEnd(16)}  `, indent),
    ...found.map((facts) => wrap(facts, columns, `${indent}= `, `${indent}  `)),
  ].join('\n')
}

type Facts = (result: BenchResult) => string | undefined

const factsOf: Record<Defined, Facts> = {
  ttft: (result) => countLatency(result, result.latency.ttft, 'had no output or were not streamed'),
  tpot: (result) =>
    countLatency(result, result.latency.tpot, 'had one token, came in a single read, or were not counted by the server'),
  itl: ({ latency, stream }) =>
    latency.itl === null
      ? stream.no_itl_because === null || latency.chunk_gap === null ? undefined : `none: ${stream.no_itl_because}`
      : describeGaps(latency.itl),
  chunk_gap: ({ latency }) => (latency.itl !== null || latency.chunk_gap === null ? undefined : describeGaps(latency.chunk_gap)),
  e2e: (result) => countLatency(result, result.latency.e2e, 'were not measured'),
  requests_per_second: ({ throughput, requests, duration_s: duration }) =>
    `${formatNumber(throughput.requests_per_second, 2)}: ${formatCount(requests.succeeded)} in ${formatNumber(duration, 2)} s`,
  output_tokens_per_second: ({ throughput: { output_tokens_per_second: rate }, tokens }) =>
    rate === null ? undefined : `${formatNumber(rate, 1)}: ${formatCount(tokens.output)} tokens, counted ${counters[tokens.source]}`,
  total_tokens_per_second: ({ throughput: { total_tokens_per_second: rate }, tokens }) =>
    rate === null ? undefined : `${formatNumber(rate, 1)}: ${formatCount(tokens.prompt ?? 0)} of prompts, ${formatCount(tokens.output)} of answers`,
  goodput: ({ goodput, requests: { succeeded, failed } }) =>
    goodput === null ? undefined : `${formatShare(goodput.share)}: ${formatCount(goodput.good)} of ${formatCount(succeeded + failed)}`,
  error_rate: ({ error_rate: rate, requests, errors }) =>
    rate === null ? undefined : [`${formatShare(rate)}: ${formatCount(requests.failed)} failed`, ...errors.map(({ kind, count }) => `${kind} ${formatCount(count)}`)].join(', '),
} // prettier-ignore

const counters = { usage: 'by the server', tokenizer: 'by the server’s tokenizer', events: 'as stream events', mixed: 'partly as stream events', none: 'by nobody' } // prettier-ignore

/** Failed and cancelled requests are in no latency; what else is missing has the metric's own reason. */
const countLatency = ({ requests }: BenchResult, summary: LatencySummary | null, reason: string): string => {
  const { sent, succeeded, failed, cancelled } = requests
  if (summary === null) return `not measured: all ${plural(succeeded, 'answer')} ${reason}`
  const left = succeeded - summary.count
  const missing = [
    failed > 0 && `${formatCount(failed)} failed`,
    cancelled > 0 && `${formatCount(cancelled)} were cancelled`,
    left > 0 && `${formatCount(left)} ${reason}`,
  ].filter((part) => part !== false)
  const counted = `P50 ${formatNumber(summary.p50, 2)} ms, of ${formatCount(summary.count)} of ${plural(sent, 'request')}`
  return missing.length === 0 ? counted : `${counted}; not in it: ${missing.join(', ')}`
}

const describeGaps = ({ p50, count }: LatencySummary): string =>
  `P50 ${formatNumber(p50, 2)} ms, of ${plural(count, 'gap')}`

const explainPercentiles = (columns: number): string =>
  wrap(
    'from all values, never averaged from those of parts, to 0.1 %; intervals by order statistics with 95 % confidence; ~ marks those that too few values support',
    columns,
    `${'Percentiles'.padEnd(16)}  `,
    indent,
  )

/** What no figure of the run counts. */
const explainWhole = (result: BenchResult, many: boolean, columns: number): string => {
  const { warm_up: warmUp, interrupted, samples_dropped: dropped, dispatch } = result
  const left = [
    `${plural(warmUp.sent, 'warm-up request')}, sent before the clock started`,
    interrupted && 'what was still in flight when the run was interrupted',
    dispatch !== null &&
      'waiting is not left out: latencies count from the schedule, and the rows marked sent from the dispatch',
    dropped > 0 && `raw samples of the last ${plural(dropped, 'request')}; histograms and counters have them`,
  ].filter((part) => part !== false)
  return wrap(
    left.join('; '),
    columns,
    `${'Left out'.padEnd(16)}  ${many ? `${nameOf(result)}: ` : ''}`,
    indent,
  )
}
