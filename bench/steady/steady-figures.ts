import { noRamp, type Ramp } from './ramp.ts'
import { timePerTokenOf } from '../record/time-per-token.ts'
import type { Sample } from '../record/samples.ts'
import { createLatency, round, type LatencySummary } from '../record/statistics.ts'
import { findSteady, type SteadyWindow } from './find-steady.ts'
import { outputSpan } from './series.ts'

/** The same figures as of the whole run, over the time in which it kept its level. */
export type SteadyFigures = {
  /** Seconds from the run's beginning. */
  from_s: number
  to_s: number
  /** Sent in the window; their latencies are below. */
  requests: number
  throughput: {
    /** An answer counts by the part of its time that lies in the window: whole ones would come in waves. */
    requests_per_second: number
    /** Tokens that came in the window. */
    output_tokens_per_second: number | null
  }
  latency: { ttft: LatencySummary | null; tpot: LatencySummary | null; e2e: LatencySummary | null }
}

export type Steady = { found: SteadyFigures; reason: null } | { found: null; reason: string }

export const describeSteady = (samples: Sample[], countsTokens: boolean, ramp: Ramp = noRamp): Steady => {
  const search = findSteady(samples, ramp)
  return 'window' in search
    ? { found: figuresIn(samples, search.window, countsTokens), reason: null }
    : { found: null, reason: search.reason }
}

const figuresIn = (samples: Sample[], { from, to }: SteadyWindow, countsTokens: boolean): SteadyFigures => {
  const [ttft, tpot, e2e] = [createLatency(), createLatency(), createLatency()]
  const seconds = (to - from) / 1000
  let [requests, answers, tokens] = [0, 0, 0]
  for (const sample of samples) {
    if (sample.error !== undefined || sample.e2e === undefined) continue
    tokens += tokensIn(sample, from, to)
    answers += overlap(sample.start, sample.end, from, to)
    const start = sample.due ?? sample.start
    if (start < from || start >= to) continue
    requests += 1
    e2e.record(sample.e2e)
    if (sample.ttft !== undefined) ttft.record(sample.ttft)
    const perToken = timePerTokenOf(sample)
    if (perToken !== undefined) tpot.record(perToken)
  }
  return {
    from_s: round(from / 1000),
    to_s: round(to / 1000),
    requests,
    throughput: {
      requests_per_second: round(answers / seconds),
      output_tokens_per_second: countsTokens ? round(tokens / seconds) : null,
    },
    latency: { ttft: ttft.summary() ?? null, tpot: tpot.summary() ?? null, e2e: e2e.summary() ?? null },
  }
}

const tokensIn = (sample: Sample, from: number, to: number): number => {
  const [first, last] = outputSpan(sample)
  const tokens = sample.output_tokens ?? sample.events ?? 0
  return tokens * overlap(first, last, from, to)
}

/** Which share of a span lies in the window. */
const overlap = (first: number, last: number, from: number, to: number): number => {
  if (last <= first) return first >= from && first < to ? 1 : 0
  return Math.max(0, Math.min(last, to) - Math.max(first, from)) / (last - first)
}
