import type { Attempt, Issue } from '../wire/attempt.ts'
import { createLatency, type Latency, type LatencySummary } from './statistics.ts'

/** What one turn of all sessions was like; the first is 1. */
export type TurnFigures = {
  turn: number
  requests: number
  /** Null where nothing was streamed. */
  ttft: LatencySummary | null
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
  const mean = (sum: number, count: number): number | null =>
    count === 0 ? null : Math.round((sum / count) * 10) / 10
  return {
    add({ reply: { usage }, timeline, startedAt }, { turn }) {
      if (turn === undefined) return
      const tally = (tallies[turn] ??= createTally())
      tally.requests += 1
      if (timeline.reads > 0) tally.ttft.record(timeline.first - startedAt)
      if (usage === undefined) return
      tally.counted += 1
      tally.prompt += usage.promptTokens
      if (usage.cachedTokens !== undefined) tally.cached = (tally.cached ?? 0) + usage.cachedTokens
    },
    figures: () =>
      // A turn in which nothing succeeded has none.
      [...tallies.entries()].flatMap(([turn, tally]: [number, Tally | undefined]) =>
        tally === undefined
          ? []
          : [
              {
                turn: turn + 1,
                requests: tally.requests,
                ttft: tally.ttft.summary() ?? null,
                prompt_tokens: mean(tally.prompt, tally.counted),
                cached_tokens: tally.cached === undefined ? null : mean(tally.cached, tally.counted),
              },
            ],
      ),
  }
}

const createTally = (): Tally => ({
  ttft: createLatency(),
  requests: 0,
  counted: 0,
  prompt: 0,
  cached: undefined,
})
