import type { BenchResult } from '../result.ts'
import type { VllmResult } from './vllm-result.ts'
import { describeVllm } from './describe-vllm.ts'
import { seriesNames, type SeriesName } from './vllm-series.ts'

const width = 50
const headings: Record<SeriesName, [heading: string, label: string]> = {
  ttft: ['Time to First Token', 'TTFT'],
  tpot: ['Time per Output Token (excl. 1st token)', 'TPOT'],
  itl: ['Inter-token Latency', 'ITL'],
  e2el: ['End-to-end Latency', 'E2EL'],
  client_queue_time: ['Client-side Queueing', 'Client Queue Time'],
  e2el_including_client_queue: ['Queue-inclusive End-to-end Latency', 'E2EL incl. Client Queue'],
}

/** The block that `vllm bench serve` prints, letter for letter, for scripts that read it. */
export const renderVllm = (result: BenchResult): string => {
  const figures = result.compat?.vllm ?? describeVllm(result)
  return `${[...renderHead(figures), ...seriesNames.flatMap((name) => renderSeries(figures, name)), '='.repeat(width)].join('\n')}\n`
}

const renderHead = (figures: VllmResult): string[] => {
  const { max_concurrency: most, request_rate: rate, request_goodput: goodput } = figures
  return [
    centre(' Serving Benchmark Result ', '='),
    line('Successful requests:', String(figures.completed)),
    line('Failed requests:', String(figures.failed)),
    ...(most === null ? [] : [line('Maximum request concurrency:', String(most))]),
    ...(rate === 'inf' ? [] : [line('Request rate configured (RPS):', twoDigits(rate))]),
    line('Benchmark duration (s):', twoDigits(figures.duration)),
    line('Total input tokens:', String(figures.total_input_tokens)),
    line('Total generated tokens:', String(figures.total_output_tokens)),
    line('Request throughput (req/s):', twoDigits(figures.request_throughput)),
    ...(goodput === null ? [] : [line('Request goodput (req/s):', twoDigits(goodput))]),
    line('Output token throughput (tok/s):', twoDigits(figures.output_throughput)),
    line('Peak output token throughput (tok/s):', twoDigits(figures.max_output_tokens_per_s)),
    line('Peak concurrent requests:', twoDigits(figures.max_concurrent_requests)),
    line('Total token throughput (tok/s):', twoDigits(figures.total_token_throughput)),
  ]
}

const renderSeries = (figures: VllmResult, name: SeriesName): string[] => {
  const mean = figures[`mean_${name}_ms`]
  if (mean === undefined) return []
  const [heading, label] = headings[name]
  const percentile = new RegExp(`^p(\\d.*)_${name}_ms$`)
  const percentiles = Object.entries(figures).flatMap(([key, value]) => {
    const wanted = percentile.exec(key)?.[1]
    return wanted === undefined ? [] : [line(`P${wanted} ${label} (ms):`, twoDigits(value as number))]
  })
  return [
    centre(heading, '-'),
    line(`Mean ${label} (ms):`, twoDigits(mean)),
    line(`Median ${label} (ms):`, twoDigits(figures[`median_${name}_ms`]!)),
    ...percentiles,
  ]
}

const twoDigits = (value: number): string => value.toFixed(2)
const line = (label: string, value: string): string => `${label.padEnd(40)} ${value.padEnd(10)}`

/** Python's `^`: an odd rest goes to the right. */
const centre = (text: string, fill: string): string => {
  const left = Math.floor(Math.max(0, width - text.length) / 2)
  return (fill.repeat(left) + text).padEnd(width, fill)
}
