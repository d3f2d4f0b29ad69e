import type { Attempt } from '../wire/attempt.ts'
import { createErrorTally, type ErrorCount } from './error-tally.ts'
import { createSamples, type Sample } from './samples.ts'
import { createLatency, type LatencySummary } from './statistics.ts'
import { createTimingTally, type TimingMeans } from './timing-tally.ts'
import { createTokenTally, type TokenCounts } from './token-tally.ts'

/** `chunkGap` is the time between reads that carried output; whether that is per token, `tokens` tells. */
type Latencies = Record<'ttft' | 'tpot' | 'chunkGap' | 'e2e', LatencySummary | undefined>

/** Everything that was measured, as numbers; no option and no environment. */
export type Recorded = {
  sent: number
  succeeded: number
  failed: number
  cancelled: number
  /** From the first dispatch to the last end. */
  durationMs: number
  errors: ErrorCount[]
  finishReasons: Record<string, number>
  tokens: TokenCounts
  latencies: Latencies
  serverTimings: TimingMeans
  samples: Sample[]
  samplesDropped: number
}

export type Recorder = {
  record(attempt: Attempt): void
  recorded(): Recorded
}

/** Takes finished requests in any order. Times come in as numbers: it has no clock. */
export const createRecorder = (samples = createSamples()): Recorder => {
  const latencies = createLatencies()
  const tokens = createTokenTally()
  const timings = createTimingTally()
  const errors = createErrorTally()
  const finishReasons: Record<string, number> = {}
  let succeeded = 0
  let cancelled = 0
  let firstStart = Number.POSITIVE_INFINITY
  let lastEnd = Number.NEGATIVE_INFINITY

  const recordSuccess = (attempt: Attempt, e2e: number): void => {
    const { reply, timeline } = attempt
    succeeded += 1
    latencies.record(attempt, e2e)
    tokens.add(reply, timeline)
    timings.add(reply.timings)
    const reason = reply.finishReason ?? 'unknown'
    finishReasons[reason] = (finishReasons[reason] ?? 0) + 1
  }

  return {
    record(attempt) {
      const { startedAt, endedAt, timeline, failure } = attempt
      // A late usage chunk or a slow close is not the answer's latency: the last output is its end.
      const e2e = (timeline.reads > 0 ? timeline.last : endedAt) - startedAt
      firstStart = Math.min(firstStart, startedAt)
      samples.add(attempt, e2e)
      if (failure?.kind === 'cancelled') return void (cancelled += 1)
      lastEnd = Math.max(lastEnd, endedAt)
      if (failure === undefined) recordSuccess(attempt, e2e)
      else errors.add(failure)
    },
    recorded: () => ({
      sent: succeeded + errors.total() + cancelled,
      succeeded,
      failed: errors.total(),
      cancelled,
      durationMs: Math.max(0, lastEnd - firstStart),
      errors: errors.list(),
      finishReasons,
      tokens: tokens.counts(),
      latencies: latencies.summaries(),
      serverTimings: timings.means(),
      samples: samples.list(firstStart),
      samplesDropped: samples.dropped(),
    }),
  }
}

const createLatencies = (): { record(attempt: Attempt, e2e: number): void; summaries(): Latencies } => {
  const ttft = createLatency()
  const tpot = createLatency()
  const chunkGap = createLatency()
  const e2e = createLatency()
  return {
    record({ startedAt, timeline, reply }, total) {
      e2e.record(total)
      if (timeline.reads === 0) return
      ttft.record(timeline.first - startedAt)
      timeline.forEachGap(chunkGap.record)
      const outputTokens = reply.usage?.outputTokens ?? 0
      if (outputTokens < 2 || timeline.reads < 2) return
      tpot.record((timeline.last - timeline.first) / (outputTokens - 1))
    },
    summaries: () => ({
      ttft: ttft.summary(),
      tpot: tpot.summary(),
      chunkGap: chunkGap.summary(),
      e2e: e2e.summary(),
    }),
  }
}
