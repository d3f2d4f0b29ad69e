import type { Attempt, Issue } from '../wire/attempt.ts'
import { createLatency, type Latency, type LatencySummary } from './statistics.ts'

/** What one turn of all sessions was like; the first is 1. */
export type TurnFigures = {
  turn: number
  requests: number
  /** As of the run: in an open loop from the session's scheduled start, then from the end of the think time. Null where nothing was streamed. */
  ttft: LatencySummary | null
  /** Every TTFT, as in `histograms`; absent where nothing was streamed. */
  ttft_histogram?: string
  /** Answers of which the server counted the tokens. */
  counted: number
  /** Means of the server's own counts; null where it has none. */
  prompt_tokens: number | null
  cached_tokens: number | null
}

type Tally = { ttft: Latency; requests: number; counted: number; prompt: number; cached: number | undefined }

export const createTurnTally = (): {
  add(attempt: Attempt, issue: Issue): void
  figures(): TurnFigures[]
} => {
  const tallies: Tally[] = []
  return {
    add({ reply: { usage }, timeline, startedAt }, { turn, dueAt }) {
      if (turn === undefined) return
      const tally = (tallies[turn] ??= createTally())
      tally.requests += 1
      if (timeline.reads > 0) tally.ttft.record(timeline.first - (dueAt ?? startedAt))
      if (usage === undefined) return
      tally.counted += 1
      tally.prompt += usage.promptTokens
      if (usage.cachedTokens !== undefined) tally.cached = (tally.cached ?? 0) + usage.cachedTokens
    },
    figures: () =>
      // A turn in which nothing succeeded has none.
      [...tallies.entries()].flatMap(([turn, tally]: [number, Tally | undefined]) =>
        tally === undefined ? [] : [toFigures(turn + 1, tally)],
      ),
  }
}

const mean = (sum: number, count: number): number | null =>
  count === 0 ? null : Math.round((sum / count) * 10) / 10

const toFigures = (turn: number, { requests, ttft, counted, prompt, cached }: Tally): TurnFigures => {
  const histogram = ttft.histogram()
  return {
    turn,
    requests,
    ttft: ttft.summary() ?? null,
    ...(histogram !== undefined && { ttft_histogram: histogram }),
    counted,
    prompt_tokens: mean(prompt, counted),
    cached_tokens: cached === undefined ? null : mean(cached, counted),
  }
}

const createTally = (): Tally => ({
  ttft: createLatency(),
  requests: 0,
  counted: 0,
  prompt: 0,
  cached: undefined,
})
