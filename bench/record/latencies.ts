import { tokensOf, type Attempt, type Issue } from '../wire/attempt.ts'
import { createLatency, type LatencySummary } from './statistics.ts'

/**
 * `chunkGap` is the time between reads that carried output; whether that is per token, the token counts tell.
 * `delivery` is from the server's own stamp of an event to its arrival, where the server stamps.
 * The two of `service` count from the dispatch and exist in an open loop only, where the others count from the
 * scheduled start.
 */
const names = ['ttft', 'tpot', 'chunkGap', 'e2e', 'serviceTtft', 'serviceE2e', 'delivery'] as const
export type Latencies = Record<(typeof names)[number], LatencySummary | undefined>

/** As `Latency.histogram` writes them. */
export type Histograms = Partial<Record<keyof Latencies, string>>

export const createLatencies = (): {
  record(attempt: Attempt, issue: Issue): void
  summaries(): Latencies
  histograms(): Histograms
} => {
  const [ttft, tpot, chunkGap, e2e, serviceTtft, serviceE2e, delivery] = [
    createLatency(), createLatency(), createLatency(), createLatency(), createLatency(), createLatency(), createLatency(),
  ] // prettier-ignore
  return {
    record(attempt, { dueAt }) {
      const { startedAt, timeline } = attempt
      const end = lastOutputAt(attempt)
      e2e.record(end - (dueAt ?? startedAt))
      if (dueAt !== undefined) serviceE2e.record(end - startedAt)
      if (timeline.reads === 0) return
      ttft.record(timeline.first - (dueAt ?? startedAt))
      if (dueAt !== undefined) serviceTtft.record(timeline.first - startedAt)
      timeline.forEachGap(chunkGap.record)
      timeline.forEachDelay(delivery.record)
      const perToken = timePerToken(attempt)
      if (perToken !== undefined) tpot.record(perToken)
    },
    summaries: () => ({
      ttft: ttft.summary(),
      tpot: tpot.summary(),
      chunkGap: chunkGap.summary(),
      e2e: e2e.summary(),
      serviceTtft: serviceTtft.summary(),
      serviceE2e: serviceE2e.summary(),
      delivery: delivery.summary(),
    }),
    histograms: () =>
      Object.fromEntries(
        Object.entries({ ttft, tpot, chunkGap, e2e, serviceTtft, serviceE2e, delivery }).flatMap(
          ([name, latency]) => {
            const encoded = latency.histogram()
            return encoded === undefined ? [] : [[name, encoded]]
          },
        ),
      ),
  }
}

/** A late usage chunk or a slow close is not the answer's latency: the last output is its end. */
export const lastOutputAt = ({ timeline, endedAt }: Attempt): number =>
  timeline.reads > 0 ? timeline.last : endedAt

/** Undefined where the server did not count, and where one read brought everything. */
export const timePerToken = ({ timeline, reply }: Attempt): number | undefined => {
  const outputTokens = tokensOf(reply) ?? 0
  if (outputTokens < 2 || timeline.reads < 2) return undefined
  return (timeline.last - timeline.first) / (outputTokens - 1)
}
