import { plural } from '../plural.ts'
import type { BenchResult } from '../result.ts'
import { countedBy, describeChunks } from './describe-tokens.ts'
import { describeFloor, describeSteady } from './describe-own.ts'
import { formatCount, formatNumber, formatShare } from './format-number.ts'

/** Single figures of a run in words, those first that most readers came for: the same in every form of report. */
export const listFigures = (result: BenchResult): [name: string, value: string][] => {
  const { requests, throughput, duration_s: duration, success_rate: successRate, warm_up: warmUp } = result
  const none = requests.sent === 0
  const rows: [string, string | undefined][] = [
    ['Requests', describeRequests(result)],
    ['Cancelled', describeCancelled(result)],
    ['Success rate', successRate === null ? undefined : formatShare(successRate)],
    [
      'Duration',
      none
        ? undefined
        : `${formatNumber(duration, 2)} s${warmUp.sent > 0 ? ` after ${plural(warmUp.sent, 'warm-up request')}` : ''}${describeCoolDown(result)}`,
    ],
    ['Requests/s', none ? undefined : formatNumber(throughput.requests_per_second, 2)],
    ['Goodput', describeGoodput(result)],
    ['Inputs/s', rate(throughput.inputs_per_second ?? null)],
    ['Output tokens/s', rate(throughput.output_tokens_per_second)],
    ['Total tokens/s', rate(throughput.total_tokens_per_second)],
    ['Finish reasons', describeReasons(result)],
    ['Output tokens', requests.succeeded === 0 ? undefined : describeOutput(result)],
    ['Prompt tokens', describePrompt(result)],
    ['Prompt lengths', describeLengths(result)],
    ["Server's own time", describeTimings(result)],
    ['Dispatch', describeDispatch(result)],
    ['Steady state', none ? undefined : describeSteady(result)],
    ['Delivery', describeDelivery(result)],
    ['Own floor', describeFloor(result)],
    ['Connections', describeConnections(result)],
    ['Threads', result.configuration.threads > 1 ? formatCount(result.configuration.threads) : undefined],
  ]
  return rows.filter((row): row is [string, string] => row[1] !== undefined)
}

const rate = (value: number | null): string | undefined =>
  value === null ? undefined : formatNumber(value, 1)

const describeCoolDown = ({ cool_down: cooled }: BenchResult): string =>
  cooled === undefined ? '' : `, ${plural(cooled.sent, 'request')} more to cool down`

const describeRequests = ({ requests }: BenchResult): string => {
  const { succeeded, failed, cancelled } = requests
  const given = cancelled > 0 ? `, ${formatCount(cancelled)} given up` : ''
  return `${formatCount(succeeded)} succeeded, ${formatCount(failed)} failed${given}`
}

/** Given up on purpose, of those that were to be; some had ended before. */
const describeCancelled = ({ cancellation }: BenchResult): string | undefined =>
  cancellation === undefined
    ? undefined
    : `${formatCount(cancellation.cancelled)} of ${formatCount(cancellation.planned)} planned (${formatShare(cancellation.rate)} of all requests)`

/** One reason alone, and the usual one, says nothing. */
const describeReasons = ({ finish_reasons: reasons }: BenchResult): string | undefined => {
  const counts = Object.entries(reasons).toSorted(([, left], [, right]) => right - left)
  // Embeddings have none.
  const tellsNothing = counts.length === 1 && ['stop', 'unknown'].includes(counts[0]![0])
  if (counts.length === 0 || tellsNothing) return undefined
  return counts.map(([reason, count]) => `${reason} ${formatCount(count)}`).join(', ')
}

const describeLengths = ({ prompt_lengths: lengths }: BenchResult): string | undefined => {
  if (lengths === undefined) return undefined
  const { asked_mean: asked, counted_mean: counted, worst_error: worst } = lengths
  const found =
    counted === null
      ? ', not counted by the server'
      : `, the server counted ${formatNumber(counted, 1)}; one was off by ${worst} at most`
  return `${formatNumber(asked, 1)} tokens asked on average${found}`
}

/** Opening one is part of a request's latency. */
const describeConnections = ({ connections }: BenchResult): string | undefined => {
  const { opened_before: before, opened_during: during } = connections
  return during === 0
    ? undefined
    : `${formatCount(before)} opened before, ${formatCount(during)} while measuring`
}

const describeOutput = (result: BenchResult): string | undefined => {
  const { tokens, requests, throughput } = result
  if (tokens.source === 'none' || throughput.inputs_per_second !== undefined) return undefined
  const mean = formatNumber(tokens.output / requests.succeeded, 1)
  return `${formatCount(tokens.output)} (${mean} a request), ${countedBy[tokens.source]}${describeChunks(result)}`
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

const describeDispatch = ({ dispatch, configuration }: BenchResult): string | undefined => {
  if (dispatch === null || dispatch.rate_achieved === null) return undefined
  const { rate_achieved: rate, lateness_p50_ms: half, lateness_p99_ms: late, in_flight_max: most } = dispatch
  const [arrivals, held] =
    configuration.session === undefined ? ['', 'in flight'] : [' sessions', 'sessions at a time']
  return `${formatNumber(rate, 2)}${arrivals}/s, late by P50 ${formatNumber(half, 2)} ms, P99 ${formatNumber(late, 2)} ms; at most ${formatCount(most)} ${held}`
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
