import type { Reply } from '../wire/attempt.ts'
import type { ReadTimeline } from '../wire/timeline.ts'

/**
 * `usage`: the server counted. `events`: it did not, so stream events with output stand in. `mixed`: some of each.
 * `none`: nothing to count by.
 */
export type TokenSource = 'usage' | 'events' | 'mixed' | 'none'

export type TokenCounts = {
  source: TokenSource
  output: number
  /** Undefined where the server does not say. */
  prompt: number | undefined
  cachedPrompt: number | undefined
  /** Stream events with output, and how many of them shared a read with the one before. */
  events: number
  coalescedEvents: number
  /** Answers without any output: the model's first token was its end. */
  emptyAnswers: number
  /** Answered inputs of embedding requests; undefined where no answer held any. */
  vectors: number | undefined
  /** Undefined: the gaps between reads are the gaps between tokens. Else why they are not. */
  gapsAreNotTokens: string | undefined
}

/** A run may miss one token per event by this share and still call its gaps inter-token latency. */
const tolerance = 0.05

export const createTokenTally = (): {
  add(reply: Reply, timeline: ReadTimeline): void
  counts(): TokenCounts
} => {
  let withUsage = 0
  let withoutUsage = 0
  let output = 0
  let prompt = 0
  let cached: number | undefined
  let events = 0
  let coalesced = 0
  let mismatch = 0
  let emptyAnswers = 0
  let vectors: number | undefined

  const counts = (): TokenCounts => {
    const source = resolveSource(withUsage, withoutUsage, output)
    const reason = explainGaps({ source, output, events, coalesced, mismatch })
    return {
      source,
      output,
      prompt: withUsage > 0 ? prompt : undefined,
      cachedPrompt: cached,
      events,
      coalescedEvents: coalesced,
      emptyAnswers,
      vectors,
      gapsAreNotTokens: reason,
    }
  }

  return {
    counts,
    add({ usage, contentEvents, isEmpty, vectors: made }, { reads }) {
      if (made !== undefined) vectors = (vectors ?? 0) + made
      if (isEmpty) emptyAnswers += 1
      events += contentEvents
      coalesced += contentEvents - reads
      output += usage?.outputTokens ?? contentEvents
      if (usage === undefined) return void (withoutUsage += 1)
      withUsage += 1
      prompt += usage.promptTokens
      if (usage.cachedTokens !== undefined) cached = (cached ?? 0) + usage.cachedTokens
      // One event of difference is normal: an end-of-text token is counted and has no text.
      mismatch += Math.max(0, Math.abs(usage.outputTokens - contentEvents) - 1)
    },
  }
}

const resolveSource = (withUsage: number, withoutUsage: number, output: number): TokenSource => {
  if (withoutUsage === 0) return withUsage === 0 ? 'none' : 'usage'
  if (withUsage > 0) return 'mixed'
  return output === 0 ? 'none' : 'events'
}

type Shape = { source: TokenSource; output: number; events: number; coalesced: number; mismatch: number }

/** Per-token times are never invented: where an event is not a token, gaps between tokens are unknown. */
const explainGaps = ({ source, output, events, coalesced, mismatch }: Shape): string | undefined => {
  if (events === 0) return 'the answers were not streamed'
  if (source !== 'usage') return 'the server does not report token counts'
  if (mismatch > tolerance * output)
    return `one event carried ${(output / events).toFixed(1)} tokens on average`
  if (coalesced > tolerance * events) {
    return `${((100 * coalesced) / events).toFixed(0)} % of the events arrived together with the one before`
  }
  return undefined
}
