import { decodeHistogram } from '../record/histogram.ts'
import type { Sample } from '../record/samples.ts'
import type { BenchResult } from '../result.ts'
import { spreadOf, type Spread } from './spread.ts'

/** One request that succeeded, as vLLM counts: from the dispatch, waiting for a free connection left out. */
export type Served = { start: number; ttft: number | undefined; e2e: number; tokens: number; waited: number }

export const listServed = (samples: Sample[]): Served[] =>
  samples.flatMap((sample) => {
    const { start, due = start, ttft, e2e, error, output_tokens: tokens, events = 0 } = sample
    if (error !== undefined || e2e === undefined) return []
    const waited = start - due
    return [
      {
        start,
        ttft: ttft === undefined ? undefined : ttft - waited,
        e2e: e2e - waited,
        tokens: tokens ?? events,
        waited,
      },
    ]
  })

export const seriesNames = ['ttft', 'tpot', 'itl', 'e2el', 'client_queue_time', 'e2el_including_client_queue'] as const // prettier-ignore
export type SeriesName = (typeof seriesNames)[number]

/** `undefined` where vLLM would leave the metric out. */
export const spreadSeries = (
  result: BenchResult,
  served: Served[],
): Record<SeriesName, Spread | undefined> => {
  const scheduled = result.configuration.arrivals !== null
  return {
    ttft: spreadOf(served.flatMap(({ ttft }) => ttft ?? [])),
    tpot: spreadOf(
      served.flatMap(({ ttft, e2e, tokens }) =>
        ttft === undefined || tokens < 2 ? [] : (e2e - ttft) / (tokens - 1),
      ),
    ),
    itl: spreadGaps(result),
    e2el: spreadOf(served.map(({ e2e }) => e2e)),
    client_queue_time: scheduled ? spreadOf(served.map(({ waited }) => waited)) : undefined,
    e2el_including_client_queue: scheduled ? spreadOf(served.map(({ e2e, waited }) => e2e + waited)) : undefined, // prettier-ignore
  }
}

/** vLLM's ITL is the time between chunks; here those are reads. Only their histogram is kept, to 0.1 %. */
const spreadGaps = ({ histograms, latency }: BenchResult): Spread => {
  const encoded = histograms?.chunk_gap
  if (encoded === undefined || latency.chunk_gap === null) return spreadOf([])
  const histogram = decodeHistogram(encoded)
  const { min, max } = latency.chunk_gap
  // The histogram answers with the upper edge of a bucket; the ends are known exactly.
  const percentile = (wanted: number): number =>
    Math.min(max, Math.max(min, histogram.getValueAtPercentile(wanted) / 1000))
  return {
    mean: latency.chunk_gap.mean,
    median: percentile(50),
    std: histogram.stdDeviation / 1000,
    percentile,
  }
}

/** Most requests in flight at once; one that ends as another begins makes room for it. */
export const peakConcurrency = (served: Served[]): number => {
  const events = served
    .flatMap(({ start, e2e }): [number, number][] => [
      [start, 1],
      [start + e2e, -1],
    ]) // prettier-ignore
    .toSorted(([left, leftStep], [right, rightStep]) => left - right || leftStep - rightStep)
  let [now, most] = [0, 0]
  for (const [, step] of events) most = Math.max(most, (now += step))
  return most
}

/** Most tokens in a second of the run; each request's tokens lie evenly between its first and its last. */
export const peakTokens = (served: Served[]): number => {
  const from = served.reduce((first, { start }) => Math.min(first, start), Number.POSITIVE_INFINITY)
  const seconds = new Map<number, number>()
  for (const { start, ttft, e2e, tokens } of served) {
    if (ttft === undefined) continue
    const step = tokens > 1 ? (e2e - ttft) / (tokens - 1) : 0
    const first = start + ttft - from
    for (let token = 0; token < tokens;) {
      const second = Math.floor((first + token * step) / 1000)
      // From second to second, not from token to token: a long run has hundreds of millions.
      const next = step > 0 ? Math.ceil(((second + 1) * 1000 - first) / step) : tokens
      const after = Math.min(tokens, Math.max(token + 1, next))
      seconds.set(second, (seconds.get(second) ?? 0) + after - token)
      token = after
    }
  }
  return [...seconds.values()].reduce((most, tokens) => Math.max(most, tokens), 0)
}
