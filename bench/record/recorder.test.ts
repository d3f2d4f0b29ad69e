import { expect, test } from 'vitest'
import type { GoodputLimits } from '../goodput.ts'
import type { Attempt, Usage } from '../wire/attempt.ts'
import { createTimeline } from '../wire/timeline.ts'
import { createRecorder } from './recorder.ts'
import { createSamples } from './samples.ts'

type Shape = Partial<Omit<Attempt, 'reply' | 'timeline'>> & {
  /** When output was read. */
  reads?: number[]
  events?: number
  isEmpty?: boolean
  usage?: Partial<Usage>
  timings?: Attempt['reply']['timings']
}

const attemptOf = ({ reads = [], events, usage, timings, isEmpty, ...times }: Shape): Attempt => {
  const timeline = createTimeline()
  for (const time of reads) timeline.push(time)
  const complete = usage && { promptTokens: 0, outputTokens: 0, cachedTokens: undefined, ...usage }
  const contentEvents = events ?? reads.length
  const reply = { contentEvents, usage: complete, timings, finishReason: 'stop', isEmpty: isEmpty ?? false }
  return { startedAt: 0, endedAt: 0, failure: undefined, ...times, reply, timeline }
}
const record = (...shapes: Shape[]) => {
  const recorder = createRecorder()
  for (const [index, shape] of shapes.entries()) recorder.record(attemptOf(shape), { index })
  return recorder.recorded()
}
const failed = { kind: 'http_500', message: 'broke' } as const

test('TTFT, TPOT, gaps and E2E by their definitions', () => {
  const { latencies } = record({
    startedAt: 1000,
    endedAt: 1500,
    reads: [1200, 1220, 1260],
    usage: { outputTokens: 5 },
  })
  expect(latencies.ttft).toMatchObject({ count: 1, mean: 200 })
  expect(latencies.tpot).toMatchObject({ count: 1, mean: 15 })
  expect(latencies.chunkGap).toMatchObject({ count: 2, min: 20, mean: 30, max: 40 })
  // A close 240 ms after the last output (a late usage chunk) is not the answer's latency.
  expect(latencies.e2e).toMatchObject({ count: 1, mean: 260 })
})

test('an answer in one piece has an E2E and nothing else', () => {
  const { latencies, tokens } = record({ startedAt: 10, endedAt: 110, usage: { outputTokens: 8 } })
  expect(latencies.e2e).toMatchObject({ mean: 100 })
  expect([latencies.ttft, latencies.tpot, latencies.chunkGap]).toEqual([undefined, undefined, undefined])
  expect(tokens).toMatchObject({
    output: 8,
    source: 'usage',
    gapsAreNotTokens: 'the answers were not streamed',
  })
})

test('an answer that ended at once succeeded: it has an E2E and no TTFT', () => {
  const recorded = record(
    { endedAt: 30, reads: [20, 30], usage: { outputTokens: 2 } },
    { endedAt: 10, usage: { outputTokens: 1 }, isEmpty: true },
  )
  expect(recorded).toMatchObject({ succeeded: 2, failed: 0 })
  expect(recorded.tokens).toMatchObject({ output: 3, events: 2, emptyAnswers: 1 })
  expect(recorded.latencies.ttft?.count).toBe(1)
  expect(recorded.latencies.e2e?.count).toBe(2)
  expect(recorded.tokens.coalescedEvents).toBe(0)
})

test('failures are counted by kind and stay out of every latency', () => {
  const recorded = record(
    { startedAt: 0, endedAt: 50, reads: [20, 30], usage: { outputTokens: 2 } },
    { startedAt: 0, endedAt: 9000, reads: [8000, 8500], failure: { kind: 'truncated', message: 'cut' } },
    { startedAt: 10, endedAt: 20, failure: failed },
    { startedAt: 10, endedAt: 30, failure: { ...failed, message: 'broke differently' } },
  )
  expect(recorded).toMatchObject({ sent: 4, succeeded: 1, failed: 3, cancelled: 0, durationMs: 9000 })
  expect(recorded.errors).toEqual([
    { kind: 'http_500', count: 2, message: 'broke', messages: 2 },
    { kind: 'truncated', count: 1, message: 'cut', messages: 1 },
  ])
  expect(recorded.latencies.e2e).toMatchObject({ count: 1, max: 30 })
  expect(recorded.tokens).toMatchObject({ output: 2, events: 2 })
})

test('what we gave up is neither success nor failure, and does not stretch the duration', () => {
  const recorded = record(
    { startedAt: 100, endedAt: 300, reads: [200] },
    { startedAt: 100, endedAt: 5300, failure: { kind: 'cancelled', message: 'stopped' } },
  )
  expect(recorded).toMatchObject({
    sent: 2,
    succeeded: 1,
    failed: 0,
    cancelled: 1,
    durationMs: 200,
    errors: [],
  })
})

test('nothing recorded is nothing, not NaN', () => {
  expect(record()).toMatchObject({ sent: 0, durationMs: 0, samples: [], latencies: { ttft: undefined } })
})

test('one token per event: gaps are inter-token latency', () => {
  const usage = { outputTokens: 4, promptTokens: 6, cachedTokens: 2 }
  const { tokens, samples } = record({ reads: [1, 2, 3], usage }, { reads: [1, 2, 3, 4], usage })
  expect(samples).toMatchObject([{ prompt_tokens: 6, cached_tokens: 2 }, { cached_tokens: 2 }])
  expect(tokens).toMatchObject({ source: 'usage', output: 8, prompt: 12, cachedPrompt: 4, events: 7 })
  expect(tokens.gapsAreNotTokens).toBeUndefined()
})

test.each<[string, Shape, string]>([
  [
    'several tokens in one event',
    { reads: [1, 2, 3], usage: { outputTokens: 12 } },
    'one event carried 4.0 tokens',
  ],
  [
    'several events in one read',
    { reads: [1, 2, 3], events: 12, usage: { outputTokens: 12 } },
    '75 % of the events',
  ],
  ['no usage', { reads: [1, 2, 3] }, 'does not report token counts'],
])('%s: there is no inter-token latency, and the reason is given', (_, shape, reason) => {
  expect(record(shape).tokens.gapsAreNotTokens).toContain(reason)
})

test('without usage, events stand in for tokens and there is no TPOT', () => {
  const { tokens, latencies } = record({ reads: [1, 2, 3] })
  expect(tokens).toMatchObject({ source: 'events', output: 3, prompt: undefined, cachedPrompt: undefined })
  expect(latencies.tpot).toBeUndefined()
  expect(record({ reads: [1] }, { reads: [1], usage: { outputTokens: 5 } }).tokens).toMatchObject({
    source: 'mixed',
    output: 6,
  })
})

test('one token has no time per further token', () => {
  expect(record({ reads: [5], usage: { outputTokens: 1 } }).latencies.tpot).toBeUndefined()
})

test("the server's timings are averaged over the answers that have them", () => {
  const { serverTimings } = record(
    { reads: [1], timings: { queue: 2, prefill: 10 } },
    { reads: [1], timings: { prefill: 20 } },
    { reads: [1] },
  )
  expect(serverTimings).toEqual({ queue: 2, prefill: 15 })
})

test('samples are relative to the first dispatch and name their error', () => {
  const { samples } = record(
    { startedAt: 1000, endedAt: 1300, reads: [1100.1234, 1200], usage: { outputTokens: 2, promptTokens: 7 } },
    { startedAt: 1010, endedAt: 1020, failure: failed },
  )
  expect(samples).toEqual([
    { index: 0, start: 0, end: 300, ttft: 100.123, e2e: 200, prompt_tokens: 7, output_tokens: 2, events: 2 },
    { index: 1, start: 10, end: 20, error: 'http_500' },
  ])
})

test('samples beyond the limit are dropped and counted; the histograms keep them', () => {
  const recorder = createRecorder({}, createSamples(2))
  for (const endedAt of [1, 2, 3, 4, 5]) recorder.record(attemptOf({ endedAt }), { index: endedAt })
  const { samples, samplesDropped, latencies } = recorder.recorded()
  expect([samples.length, samplesDropped, latencies.e2e?.count]).toEqual([2, 3, 5])
})

test('thousands of samples survive the growing of their store', () => {
  const recorder = createRecorder()
  for (let index = 0; index < 5000; index += 1)
    recorder.record(attemptOf({ startedAt: index, endedAt: index + 7 }), { index })
  const { samples } = recorder.recorded()
  expect(samples).toHaveLength(5000)
  expect(samples.at(-1)).toEqual({ index: 4999, start: 4999, end: 5006, e2e: 7 })
})

test('goodput: every limit kept, from the scheduled start; what was not measured is not good', () => {
  const good = (limits: GoodputLimits, shape: Shape, dueAt?: number) => {
    const recorder = createRecorder(limits)
    recorder.record(attemptOf(shape), { index: 0, ...(dueAt !== undefined && { dueAt }) })
    return recorder.recorded().good
  }
  const answer = { startedAt: 100, endedAt: 200, reads: [120, 140, 160], usage: { outputTokens: 5 } }
  expect(good({ ttft: 20, tpot: 10, e2e: 60 }, answer)).toBe(1)
  expect(good({ ttft: 19.9 }, answer)).toBe(0)
  expect(good({ tpot: 9.9 }, answer)).toBe(0)
  expect(good({ e2e: 59.9 }, answer)).toBe(0)
  expect(good({ ttft: 20 }, answer, 99)).toBe(0)
  expect(good({ tpot: 1 }, { ...answer, reads: [120], usage: { outputTokens: 1 } })).toBe(1)
  expect(good({ tpot: 1 }, { ...answer, reads: [120] })).toBe(1)
  expect(good({ tpot: 1, ttft: 15 }, { ...answer, reads: [120] })).toBe(0)
  const { usage: _usage, ...uncounted } = answer
  expect(good({ tpot: 100 }, uncounted)).toBe(0)
  expect(good({ ttft: 100 }, { startedAt: 0, endedAt: 10 })).toBe(0)
  expect(good({ e2e: 500 }, { ...answer, failure: failed })).toBe(0)
})

test('an open loop counts from the scheduled start, and from the dispatch beside it', () => {
  const recorder = createRecorder()
  recorder.record(attemptOf({ startedAt: 130, endedAt: 200, reads: [150, 190] }), { index: 3, dueAt: 100 })
  const { latencies, samples, originMs } = recorder.recorded()
  expect(latencies.ttft).toMatchObject({ mean: 50 })
  expect(latencies.e2e).toMatchObject({ mean: 90 })
  expect(latencies.serviceTtft).toMatchObject({ mean: 20 })
  expect(latencies.serviceE2e).toMatchObject({ mean: 60 })
  expect(originMs).toBe(100)
  expect(samples).toEqual([{ index: 3, due: 0, start: 30, end: 100, ttft: 50, e2e: 90, events: 2 }])
})
