import type { Attempt } from '../wire/attempt.ts'
import type { Pace } from './floor.ts'
import { widthOf, type BenchOptions } from '../options.ts'

export type PaceTally = {
  add(attempt: Attempt): void
  pace(): Pace
  /** There was output, and no answer said how many tokens it had. */
  uncounted(): boolean
}

/** Where no warm-up told: 50 tokens/s, as a mid-sized model gives one reader. */
const unknown = { firstMs: 50, gapMs: 20, events: 50 }
const median = (values: number[]): number | undefined =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]

/** Learns from the warm-up how answers pass: medians, because the first answers are slow ones. */
export const createPaceTally = (stream: boolean): PaceTally => {
  const firsts: number[] = []
  const gaps: number[] = []
  const events: number[] = []
  let [counted, written] = [false, false]
  return {
    add({ startedAt, endedAt, failure, timeline, reply }) {
      if (failure !== undefined) return
      counted ||= reply.usage !== undefined
      written ||= !reply.isEmpty
      firsts.push((stream ? timeline.first : endedAt) - startedAt)
      if (timeline.reads > 1) gaps.push((timeline.last - timeline.first) / (timeline.reads - 1))
      if (reply.contentEvents > 0) events.push(reply.contentEvents)
    },
    uncounted: () => written && !counted,
    pace: () => ({
      stream,
      events: median(events) ?? unknown.events,
      firstMs: median(firsts) ?? unknown.firstMs,
      gapMs: median(gaps) ?? unknown.gapMs,
    }),
  }
}

/** Of several threads: the fastest, which asks most of us. */
export const joinPaces = (paces: Pace[]): Pace => ({
  stream: paces[0]!.stream,
  events: Math.max(...paces.map(({ events }) => events)),
  firstMs: Math.min(...paces.map(({ firstMs }) => firstMs)),
  gapMs: Math.min(...paces.map(({ gapMs }) => gapMs)),
})

/** In flight at one time: as asked, or in an open loop as many as the rate and the latency make (Little's law). */
export const streamsOf = (
  { load, sampling }: Pick<BenchOptions, 'load' | 'sampling'>,
  pace: Pace,
): number => {
  if (load.mode === 'closed') return Math.min(load.concurrency, load.requests ?? load.concurrency)
  // The warm-up's answers are shortened; the run's are not.
  const events = pace.stream ? Math.max(pace.events, sampling.maxTokens ?? pace.events) : 0
  const seconds = (pace.firstMs + events * pace.gapMs) / 1000
  return Math.min(widthOf(load), Math.max(1, Math.ceil(load.rate * (load.session?.turns ?? 1) * seconds)))
}
