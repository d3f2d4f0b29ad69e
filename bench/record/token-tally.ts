import { tokensOf, type Reply } from '../wire/attempt.ts'
import type { ReadTimeline } from '../wire/timeline.ts'

/**
 * `usage`: the server counted. `tokenizer`: it did not, and its tokenizer counted the answers afterwards. `events`:
 * neither, so stream events with output stand in. `mixed`: not all by the same. `none`: nothing to count by.
 */
export type TokenSource = 'usage' | 'tokenizer' | 'events' | 'mixed' | 'none'

/** Tokens and not stream events. */
export const isCounted = (source: TokenSource): boolean => source === 'usage' || source === 'tokenizer'

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
  let withTokenizer = 0
  let uncounted = 0
  let output = 0
  let prompt = 0
  let cached: number | undefined
  let events = 0
  let coalesced = 0
  let mismatch = 0
  let emptyAnswers = 0
  let vectors: number | undefined

  const counts = (): TokenCounts => {
    const source = resolveSource(withUsage, withTokenizer, uncounted, output)
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
    add(reply, { reads }) {
      const { usage, contentEvents, isEmpty, vectors: made } = reply
      const tokens = tokensOf(reply)
      if (made !== undefined) vectors = (vectors ?? 0) + made
      if (isEmpty) emptyAnswers += 1
      events += contentEvents
      coalesced += contentEvents - reads
      output += tokens ?? contentEvents
      if (tokens === undefined) return void (uncounted += 1)
      // One event of difference is normal: an end-of-text token is counted and has no text.
      mismatch += Math.max(0, Math.abs(tokens - contentEvents) - 1)
      if (usage === undefined) return void (withTokenizer += 1)
      withUsage += 1
      prompt += usage.promptTokens
      if (usage.cachedTokens !== undefined) cached = (cached ?? 0) + usage.cachedTokens
    },
  }
}

const resolveSource = (usage: number, tokenizer: number, uncounted: number, output: number): TokenSource => {
  const kinds = [usage, tokenizer, uncounted].filter((count) => count > 0).length
  if (kinds > 1) return 'mixed'
  if (usage > 0) return 'usage'
  if (tokenizer > 0) return 'tokenizer'
  return uncounted === 0 || output === 0 ? 'none' : 'events'
}

type Shape = { source: TokenSource; output: number; events: number; coalesced: number; mismatch: number }

/** Per-token times are never invented: where an event is not a token, gaps between tokens are unknown. */
const explainGaps = ({ source, output, events, coalesced, mismatch }: Shape): string | undefined => {
  if (events === 0) return 'the answers were not streamed'
  if (!isCounted(source)) return 'the server does not report token counts'
  if (mismatch > tolerance * output)
    return `one event carried ${(output / events).toFixed(1)} tokens on average`
  if (coalesced > tolerance * events) {
    return `${((100 * coalesced) / events).toFixed(0)} % of the events arrived together with the one before`
  }
  return undefined
}
