import type { Attempt, Issue } from '../wire/attempt.ts'
import type { GoodputLimits } from '../goodput.ts'
import { createErrorTally, type ErrorCount } from './error-tally.ts'
import { createGoodputTally } from './goodput-tally.ts'
import { createSamples, type Sample } from './samples.ts'
import { createLatencies, lastOutputAt, type Histograms, type Latencies } from './latencies.ts'
import { createTimingTally, type TimingMeans } from './timing-tally.ts'
import { createTurnTally, type TurnFigures } from './turn-tally.ts'
import { createTokenTally, type TokenCounts } from './token-tally.ts'

/** Everything that was measured, as numbers; no option and no environment. */
export type Recorded = {
  sent: number
  succeeded: number
  /** Of those, how many kept every limit. */
  good: number
  failed: number
  cancelled: number
  /** From the first dispatch to the last end. */
  durationMs: number
  /** Where the samples' time begins, on the clock of `performance.now()`; undefined when nothing was sent. */
  originMs: number | undefined
  errors: ErrorCount[]
  finishReasons: Record<string, number>
  tokens: TokenCounts
  latencies: Latencies
  histograms: Histograms
  serverTimings: TimingMeans
  /** Of sessions; empty where there were none. */
  turns: TurnFigures[]
  samples: Sample[]
  samplesDropped: number
}

export type Recorder = {
  record(attempt: Attempt, issue: Issue): void
  recorded(): Recorded
}

/** Takes finished requests in any order. Times come in as numbers: it has no clock. */
export const createRecorder = (limits: GoodputLimits = {}, samples = createSamples()): Recorder => {
  const goodput = createGoodputTally(limits)
  const latencies = createLatencies()
  const [tokens, timings, turns] = [createTokenTally(), createTimingTally(), createTurnTally()]
  const errors = createErrorTally()
  const finishReasons: Record<string, number> = {}
  let [succeeded, cancelled] = [0, 0]
  let [firstStart, lastEnd] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]

  const recordSuccess = (attempt: Attempt, issue: Issue): void => {
    const { reply, timeline } = attempt
    succeeded += 1
    latencies.record(attempt, issue)
    tokens.add(reply, timeline)
    timings.add(reply.timings)
    turns.add(attempt, issue)
    const reason = reply.finishReason ?? 'unknown'
    finishReasons[reason] = (finishReasons[reason] ?? 0) + 1
  }

  return {
    record(attempt, issue) {
      const { startedAt, endedAt, failure } = attempt
      const wantedAt = issue.dueAt ?? startedAt
      firstStart = Math.min(firstStart, wantedAt)
      const good = failure?.kind === 'cancelled' ? undefined : goodput.record(attempt, issue)
      samples.add(attempt, issue, lastOutputAt(attempt) - wantedAt, good)
      if (failure?.kind === 'cancelled') return void (cancelled += 1)
      lastEnd = Math.max(lastEnd, endedAt)
      if (failure === undefined) recordSuccess(attempt, issue)
      else errors.add(failure)
    },
    recorded: () => ({
      sent: succeeded + errors.total() + cancelled,
      succeeded,
      good: goodput.good(),
      failed: errors.total(),
      cancelled,
      durationMs: Math.max(0, lastEnd - firstStart),
      originMs: Number.isFinite(firstStart) ? firstStart : undefined,
      errors: errors.list(),
      finishReasons,
      tokens: tokens.counts(),
      latencies: latencies.summaries(),
      histograms: latencies.histograms(),
      serverTimings: timings.means(),
      turns: turns.figures(),
      samples: samples.list(firstStart),
      samplesDropped: samples.dropped(),
    }),
  }
}
