import type { LiveRun } from '../load/live-run.ts'

export type LiveHistory = {
  /** Looks at the counters; keeps a value for each `stepMs` that has passed. */
  update(live: LiveRun, now: number): void
  /** Oldest first. Milliseconds; undefined where no first output came in that time. */
  ttft(): readonly (number | undefined)[]
  tokensPerSecond(): readonly (number | undefined)[]
}

const stepMs = 500
/** As many as the widest line shows. */
const most = 200

type Seen = { at: number; tokens: number; outputs: number; outputMs: number }

/** What has come since the last look, per step of time: counters only say what has come in all. */
export const createLiveHistory = (): LiveHistory => {
  const ttft: (number | undefined)[] = []
  const tokensPerSecond: (number | undefined)[] = []
  let phaseStartedAt: number | undefined
  let seen: Seen = { at: 0, tokens: 0, outputs: 0, outputMs: 0 }

  const keep = <Value>(values: Value[], value: Value): void => {
    values.push(value)
    if (values.length > most) values.shift()
  }
  return {
    ttft: () => ttft,
    tokensPerSecond: () => tokensPerSecond,
    update(live, now) {
      const present = {
        at: now,
        tokens: tokensOf(live),
        outputs: live.firstOutputs,
        outputMs: live.firstOutputMs,
      }
      if (live.phaseStartedAt !== phaseStartedAt) {
        // Counters began again with the phase, and so do the lines.
        phaseStartedAt = live.phaseStartedAt
        seen = { at: phaseStartedAt, tokens: 0, outputs: 0, outputMs: 0 }
        ttft.length = tokensPerSecond.length = 0
      }
      const elapsed = now - seen.at
      if (elapsed < stepMs) return
      const outputs = present.outputs - seen.outputs
      keep(ttft, outputs > 0 ? (present.outputMs - seen.outputMs) / outputs : undefined)
      keep(tokensPerSecond, (Math.max(0, present.tokens - seen.tokens) * 1000) / elapsed)
      seen = present
    },
  }
}

/** Stream events are close enough to tokens for a line that lives half a second. */
export const tokensOf = ({ contentEvents, outputTokens }: LiveRun): number =>
  contentEvents > 0 ? contentEvents : outputTokens
