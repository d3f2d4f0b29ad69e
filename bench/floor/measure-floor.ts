import { setMaxListeners } from 'node:events'
import { chat } from '../endpoints/chat.ts'
import type { Endpoint } from '../endpoints/endpoint.ts'
import { startSelfCheck } from '../record/self-check.ts'
import { createConnections } from '../wire/connections.ts'
import { monotonicOffset } from '../wire/monotonic.ts'
import { sendRequest, type RequestPlan } from '../wire/request.ts'
import { resolveTarget } from '../wire/target.ts'
import { createTimeline, type Timeline } from '../wire/timeline.ts'
import type { FloorPart, Pace } from './floor.ts'
import type { NullAnswer } from './null-server.ts'

/** New requests start for so long; the last ones end within `longestAnswerMs` after it. */
const sendingMs = 450
const longestAnswerMs = 250
/** On a machine that is too busy for all that: what has not ended by then is given up. */
const limitMs = 900
/** A slower server is not waited for: shorter pauses only ask more of us. */
const [slowestFirstMs, slowestGapMs] = [60, 60]
/** Time in which all requests begin, spread out as they are in a run that has been going for a while. */
const spreadMs = 50

export type FloorOptions = {
  url: string
  streams: number
  pace: Pace
  signal: AbortSignal
  giveUp: AbortSignal
}

/** Bounded to nine tenths of a second, and about half of one as a rule. Failed requests are counted and measured nowhere else. */
export const measureFloor = async (options: FloorOptions): Promise<FloorPart> => {
  const { url, streams, pace, signal, giveUp } = options
  const target = resolveTarget(url)
  const connections = createConnections({ target, size: streams, apiKey: undefined, timeoutMs: 2000 })
  const part: Omit<FloorPart, 'selfCheck' | 'durationMs'> = {
    streams, events: 0, ttft: [], e2e: [], delays: [], failed: 0,
  } // prettier-ignore
  try {
    await connections.open(streams)
    const selfCheck = await startSelfCheck()
    const startedAt = performance.now()
    const limit = AbortSignal.any([giveUp, AbortSignal.timeout(limitMs)])
    setMaxListeners(0, limit)
    const until = startedAt + sendingMs
    const send = async (timeline: Timeline, phase: number): Promise<void> => {
      const answer = answerFor(pace, phase)
      await measureOne(
        { ...connections, path: `${target.basePath}/chat/completions`, answer, timeline, signal: limit },
        part,
      )
    }
    await Promise.all(
      Array.from({ length: streams }, async (_, slot) => {
        const timeline = createTimeline()
        await send(timeline, slot / streams)
        while (performance.now() < until && !signal.aborted) await send(timeline, 0)
      }),
    )
    return { ...part, durationMs: performance.now() - startedAt, selfCheck: await selfCheck.stop(0) }
  } finally {
    await connections.close()
  }
}

/** `phase` from 0 to 1 spreads the streams over one gap, and their beginnings over `spreadMs`; from then on it stays so. */
const answerFor = ({ stream, events, firstMs, gapMs }: Pace, phase: number): NullAnswer => {
  const gap = Math.min(Math.max(gapMs, 0.1), slowestGapMs)
  return {
    stream,
    gapMs: gap,
    firstMs: Math.min(firstMs, slowestFirstMs) + phase * Math.max(gap, spreadMs),
    events: Math.max(1, Math.min(events, Math.floor((longestAnswerMs - slowestFirstMs - spreadMs) / gap))),
  }
}

type One = Pick<RequestPlan, 'headers' | 'path' | 'timeline' | 'signal' | 'opened'> & {
  pool: Parameters<typeof sendRequest>[0]
  answer: NullAnswer
}

const measureOne = async (
  { pool, headers, path, answer, timeline, signal, opened }: One,
  part: Pick<FloorPart, 'ttft' | 'e2e' | 'delays' | 'failed' | 'events'>,
): Promise<void> => {
  const server = { receivedAt: Number.NaN, sentAt: Number.NaN }
  const { startedAt, endedAt, failure } = await sendRequest(pool, {
    endpoint: listenTo(server),
    path,
    headers,
    body: JSON.stringify({ model: 'null', stream: answer.stream, null_server: answer }),
    stream: answer.stream,
    timeoutMs: 2000,
    signal,
    timeline,
    live: { contentEvents: 0, firstOutputs: 0, firstOutputMs: 0 },
    opened,
  })
  if (failure !== undefined) return void (part.failed += 1)
  const toServer = server.receivedAt - (startedAt + toMonotonic)
  if (!answer.stream) {
    part.events += 1
    part.e2e.push(toServer + endedAt + toMonotonic - server.sentAt)
    return
  }
  const from = part.delays.length
  timeline.forEachDelay((delay) => part.delays.push(delay))
  part.events += part.delays.length - from
  part.ttft.push(toServer + (part.delays[from] ?? 0))
  part.e2e.push(toServer + (part.delays.at(-1) ?? 0))
}

const toMonotonic = monotonicOffset()

/** The chat endpoint, which also notes when the server got the request and when it answered. */
const listenTo = (server: { receivedAt: number; sentAt: number }): Endpoint => ({
  ...chat,
  decode(json) {
    const { received_ms: receivedAt, sent_ms: sentAt } = json as { received_ms?: number; sent_ms?: number }
    if (receivedAt !== undefined) server.receivedAt = receivedAt
    if (sentAt !== undefined) server.sentAt = sentAt
    return chat.decode(json)
  },
})
