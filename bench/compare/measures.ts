import type { Sample } from '../record/samples.ts'
import { timePerTokenOf } from '../record/time-per-token.ts'

export type Measure = (sample: Sample) => number | undefined

const ofSuccess =
  (measure: Measure): Measure =>
  (sample) =>
    sample.error === undefined ? measure(sample) : undefined

/** Milliseconds of each request that succeeded. */
const latencies = {
  ttft: ofSuccess(({ ttft }) => ttft),
  tpot: timePerTokenOf,
  e2e: ofSuccess(({ e2e }) => e2e),
}
const shares = { p50: 0.5, p95: 0.95 }

/** What two runs are compared by: a quantile of a latency. */
export const quantiles = Object.entries(latencies).flatMap(([name, measure]) =>
  Object.entries(shares).map(([percentile, share]) => ({ metric: `${name}_${percentile}`, measure, share })),
)

/** 1 for a request that failed, 0 for one that did not. */
export const failureOf: Measure = ({ error }) =>
  error === 'cancelled' ? undefined : error === undefined ? 0 : 1

/** In the order in which they were sent, which is what neighbours are neighbours in. */
export const seriesOf = (samples: Sample[], measure: Measure): Float64Array =>
  Float64Array.from(
    samples.toSorted((left, right) => left.index - right.index).flatMap((sample) => measure(sample) ?? []),
  )
