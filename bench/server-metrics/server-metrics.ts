import { round } from '../record/statistics.ts'
import { gaugeNames, requestTimes, type CounterName, type GaugeName, type RequestTime } from './dialects.ts'
import type { Snapshot, Totals } from './snapshot.ts'

/**
 * What the server said of its own work while it was measured, all of its clients together. What it does not say is
 * absent. Times are milliseconds.
 */
export type ServerMetrics = {
  url: string
  server: Snapshot['server']
  /** Means over the requests that ended meanwhile; P50 and P99 from the server's own buckets. */
  times: Partial<Record<RequestTime, { count: number; mean: number; p50: number | null; p99: number | null }>>
  prompt_tokens?: number
  output_tokens?: number
  /** Share of the prompt tokens that a prefix cache had, between 0 and 1. */
  cache_hit_rate?: number
  preemptions?: number
  /** Of speculative decoding: tokens that were proposed, and the share of them that was kept. */
  speculation?: { drafted: number; accepted: number; acceptance_rate: number }
  /** Tokens per second of its own time in prefill, and of one answer's time in decode. */
  prefill_tokens_per_second?: number
  decode_tokens_per_second?: number
  /** Sequences that a decode step went on with, mean. */
  batch_size?: number
  /** Read about once a second; absent where the run was too short for that. */
  gauges: Partial<Record<GaugeName, { mean: number; max: number }>>
  /** How often the gauges were read. */
  readings: number
}

/** `during`: what was read between the two. Undefined where the server was another one, or started again. */
export const describeServer = (
  url: string,
  before: Snapshot,
  after: Snapshot,
  during: Snapshot[],
): ServerMetrics | undefined => {
  if (before.server !== after.server) return undefined
  const delta = (name: CounterName): number | undefined => {
    const [from = 0, to] = [before.counters[name], after.counters[name]]
    return to === undefined || isTooCoarse(from, to, after.digits) ? undefined : to - from
  }
  const times: ServerMetrics['times'] = {}
  for (const time of requestTimes) {
    const spent = after.times[time] && subtract(after.times[time], before.times[time])
    if (spent !== undefined && spent.count < 0) return undefined
    if (spent !== undefined && spent.count > 0) times[time] = summarize(spent)
  }
  const [prompt, output, preemptions] = [delta('prompt_tokens'), delta('output_tokens'), delta('preemptions')]
  if ((prompt ?? 0) < 0 || (output ?? 0) < 0) return undefined
  const hitRate = ratio(delta('cache_hits'), delta('cache_queries'))
  const prefillRate = ratio(prompt, delta('prefill_seconds'))
  const decodeRate = ratio(output, delta('decode_seconds'))
  const batch = ratio(output, delta('decode_steps'))
  return {
    url,
    server: after.server,
    times,
    ...(prompt !== undefined && { prompt_tokens: prompt }),
    ...(output !== undefined && { output_tokens: output }),
    ...(hitRate !== undefined && { cache_hit_rate: hitRate }),
    ...(preemptions !== undefined && { preemptions }),
    ...describeSpeculation(delta('drafted'), delta('accepted')),
    ...(prefillRate !== undefined && { prefill_tokens_per_second: prefillRate }),
    ...(decodeRate !== undefined && { decode_tokens_per_second: decodeRate }),
    ...(batch !== undefined && { batch_size: batch }),
    gauges: describeGauges(during),
    readings: during.length,
  }
}

/** A difference that rounding may have changed by more than a hundredth; whole numbers are exact while they fit. */
const isTooCoarse = (from: number, to: number, digits: number | undefined): boolean => {
  if (digits === undefined || to === 0) return false
  const unit = 10 ** (Math.floor(Math.log10(to)) + 1 - digits)
  if (unit <= 1 && Number.isInteger(from) && Number.isInteger(to)) return false
  return Math.abs(to - from) < unit * 100
}

const ratio = (part: number | undefined, whole: number | undefined): number | undefined =>
  part === undefined || whole === undefined || whole <= 0 ? undefined : round(part / whole)

const describeSpeculation = (drafted = 0, accepted = 0): Pick<ServerMetrics, 'speculation'> =>
  drafted <= 0 ? {} : { speculation: { drafted, accepted, acceptance_rate: round(accepted / drafted) } }

const describeGauges = (during: Snapshot[]): ServerMetrics['gauges'] => {
  const gauges: ServerMetrics['gauges'] = {}
  for (const name of gaugeNames) {
    const values = during.map((snapshot) => snapshot.gauges[name]).filter((value) => value !== undefined)
    if (values.length === 0) continue
    const sum = values.reduce((total, value) => total + value, 0)
    gauges[name] = { mean: round(sum / values.length), max: round(Math.max(...values)) }
  }
  return gauges
}

const subtract = (after: Totals, before: Totals | undefined): Totals => ({
  count: after.count - (before?.count ?? 0),
  sum: after.sum - (before?.sum ?? 0),
  buckets: new Map(
    [...after.buckets].map(([bound, count]) => [bound, count - (before?.buckets.get(bound) ?? 0)]),
  ),
})

const summarize = (spent: Totals): NonNullable<ServerMetrics['times'][RequestTime]> => ({
  count: spent.count,
  mean: round((spent.sum / spent.count) * 1000),
  p50: quantile(spent, 0.5),
  p99: quantile(spent, 0.99),
})

/**
 * As Prometheus' `histogram_quantile`: evenly spread within a bucket. Null beyond the last bound, and below the first
 * one: vLLM's for queue and prefill is 300 ms.
 */
const quantile = ({ count, buckets }: Totals, share: number): number | null => {
  const wanted = count * share
  let [low, below] = [0, 0]
  for (const [bound, reached] of [...buckets].toSorted(([left], [right]) => left - right)) {
    if (reached >= wanted) {
      if (!Number.isFinite(bound) || below === 0) return null
      return round((low + ((bound - low) * (wanted - below)) / (reached - below)) * 1000)
    }
    ;[low, below] = [bound, reached]
  }
  return null
}
