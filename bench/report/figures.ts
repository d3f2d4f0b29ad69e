import { plural } from '../plural.ts'
import type { BenchResult } from '../result.ts'
import { wrap } from './wrap.ts'
import { describeFloor, describeSteady } from './describe-own.ts'
import { formatCount, formatNumber, formatShare } from './format-number.ts'

/** The block of single figures above the table, one to a line. */
export const renderFigures = (result: BenchResult, columns = 100): string => {
  const { requests, throughput, duration_s: duration, success_rate: successRate, warm_up: warmUp } = result
  const none = requests.sent === 0
  const cooled = result.cool_down === undefined ? '' : `, ${plural(result.cool_down.sent, 'request')} more to cool down` // prettier-ignore
  const rows: [string, string | undefined][] = [
    ['Requests', describeRequests(result)],
    ['Success rate', successRate === null ? undefined : formatShare(successRate)],
    [
      'Duration',
      none
        ? undefined
        : `${formatNumber(duration, 2)} s${warmUp.sent > 0 ? ` after ${plural(warmUp.sent, 'warm-up request')}` : ''}${cooled}`,
    ],
    ['Requests/s', none ? undefined : formatNumber(throughput.requests_per_second, 2)],
    ['Goodput', describeGoodput(result)],
    ['Inputs/s', rate(throughput.inputs_per_second ?? null)],
    ['Output tokens/s', rate(throughput.output_tokens_per_second)],
    ['Total tokens/s', rate(throughput.total_tokens_per_second)],
    ['Output tokens', requests.succeeded === 0 ? undefined : describeOutput(result)],
    ['Prompt tokens', describePrompt(result)],
    ["Server's own time", describeTimings(result)],
    ['Dispatch', describeDispatch(result)],
    ['Steady state', none ? undefined : describeSteady(result)],
    ['Delivery', describeDelivery(result)],
    ['Own floor', describeFloor(result)],
    ['Threads', result.configuration.threads > 1 ? formatCount(result.configuration.threads) : undefined],
  ]
  const kept = rows.filter((row): row is [string, string] => row[1] !== undefined)
  const indent = ' '.repeat(22)
  return kept.map(([name, value]) => wrap(value, columns, `  ${name.padEnd(20)}`, indent)).join('\n')
}

const rate = (value: number | null): string | undefined =>
  value === null ? undefined : formatNumber(value, 1)

const describeRequests = ({ requests }: BenchResult): string => {
  const { succeeded, failed, cancelled } = requests
  const given = cancelled > 0 ? `, ${formatCount(cancelled)} given up` : ''
  return `${formatCount(succeeded)} succeeded, ${formatCount(failed)} failed${given}`
}

const describeOutput = ({ tokens, requests, throughput }: BenchResult): string | undefined => {
  if (tokens.source === 'none' || throughput.inputs_per_second !== undefined) return undefined
  const mean = formatNumber(tokens.output / requests.succeeded, 1)
  const counted = {
    usage: 'counted by the server',
    events: 'counted as stream events',
    mixed: 'counted partly as stream events',
  }
  return `${formatCount(tokens.output)} (${mean} a request), ${counted[tokens.source]}`
}

const describePrompt = ({ tokens, requests }: BenchResult): string | undefined => {
  const { prompt, cached_prompt: cached } = tokens
  if (prompt === null || requests.succeeded === 0) return undefined
  const share =
    cached === null || prompt === 0 ? '' : `, ${formatShare(cached / prompt)} from the server's cache`
  return `${formatCount(prompt)} (${formatNumber(prompt / requests.succeeded, 1)} a request)${share}`
}

const describeGoodput = ({ goodput }: BenchResult): string | undefined => {
  if (goodput === null) return undefined
  const limits = Object.entries(goodput.limits).map(([metric, limit]) => `${metric} ${limit} ms`)
  return `${formatNumber(goodput.requests_per_second, 2)} requests/s, ${formatShare(goodput.share)} within ${limits.join(', ')}`
}

const describeDispatch = ({ dispatch }: BenchResult): string | undefined => {
  if (dispatch === null || dispatch.rate_achieved === null) return undefined
  const { rate_achieved: rate, lateness_p50_ms: half, lateness_p99_ms: late, in_flight_max: most } = dispatch
  return `${formatNumber(rate, 2)}/s, late by P50 ${formatNumber(half, 2)} ms, P99 ${formatNumber(late, 2)} ms; at most ${formatCount(most)} in flight`
}

const describeDelivery = ({ latency: { delivery } }: BenchResult): string | undefined =>
  delivery === null
    ? undefined
    : `P50 ${milliseconds(delivery.p50)}, P99 ${milliseconds(delivery.p99)}, max ${milliseconds(delivery.max)} after the server's own stamps`

const milliseconds = (value = 0): string => `${formatNumber(value, 2)} ms`

const describeTimings = ({ server_timings: means, latency }: BenchResult): string | undefined => {
  const parts = Object.entries(means).map(([part, mean]) => `${part} ${formatNumber(mean, 1)} ms`)
  if (parts.length === 0) return undefined
  const { ttft, e2e } = latency
  const ours =
    ttft === null || e2e === null
      ? ''
      : `; seen from here TTFT ${formatNumber(ttft.mean, 1)} ms, then ${formatNumber(e2e.mean - ttft.mean, 1)} ms`
  return `${parts.join(', ')}${ours} (means)`
}
