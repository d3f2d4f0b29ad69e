import { expect, test } from 'vitest'
import type { Attempt, Issue } from '../wire/attempt.ts'
import { createTimeline } from '../wire/timeline.ts'
import { createJournal, type JournalBlock } from './journal.ts'
import { createRecorder } from './recorder.ts'
import { replay } from './replay.ts'

/** Reads `reads` times, 10 ms apart and each 2 ms after its stamp. */
const attemptOf = (startedAt: number, reads: number, changes: Partial<Attempt> = {}): Attempt => {
  const timeline = createTimeline()
  for (let read = 0; read < reads; read += 1) {
    timeline.push(startedAt + 50 + read * 10)
    timeline.delay(2)
  }
  const usage = { promptTokens: 7, outputTokens: reads, cachedTokens: startedAt % 2 === 0 ? 3 : undefined }
  const reply = {
    contentEvents: reads,
    usage,
    timings: { queue: 1, decode: 20 },
    finishReason: 'stop',
    isEmpty: reads === 0,
  }
  return { startedAt, endedAt: startedAt + 60 + reads * 10, reply, timeline, failure: undefined, ...changes }
}
const bare = {
  contentEvents: 0,
  usage: undefined,
  timings: undefined,
  finishReason: undefined,
  isEmpty: true,
}

test('replayed in another thread, requests give the very same figures', () => {
  const requests: [Attempt, Issue][] = [
    [attemptOf(1000, 5), { index: 0, turn: 1 }],
    [attemptOf(1004, 0, { reply: { ...bare, vectors: 3 } }), { index: 4 }],
    [
      attemptOf(1001, 1, { reply: { ...bare, contentEvents: 1, finishReason: 'length' } }),
      { index: 3, dueAt: 990 },
    ],
    [attemptOf(1002, 0, { reply: bare, failure: { kind: 'http_500', message: 'broke' } }), { index: 1 }],
    [attemptOf(1003, 2, { failure: { kind: 'cancelled', message: 'given up' } }), { index: 2 }],
  ]
  const blocks: JournalBlock[] = []
  const journal = createJournal((block) => blocks.push(structuredClone(block)))
  const [direct, merged] = [createRecorder({ ttft: 55 }), createRecorder({ ttft: 55 })]
  for (const [attempt, issue] of requests) {
    direct.record(attempt, issue)
    journal.record(attempt, issue)
  }
  journal.flush()
  journal.flush()
  expect(blocks).toHaveLength(1)
  replay(blocks[0]!, 500, merged.record)
  const { originMs, ...recorded } = merged.recorded()
  const { originMs: directOrigin, ...expected } = direct.recorded()
  expect(recorded).toEqual(expected)
  expect(originMs).toBe(directOrigin! + 500)
  expect(recorded.latencies.delivery).toMatchObject({ count: 6, p50: 2 })
})

test('more than a block holds goes into the next one, and none is lost', () => {
  const blocks: JournalBlock[] = []
  const journal = createJournal((block) => blocks.push(block))
  const recorder = createRecorder()
  const requests = 5000
  for (let index = 0; index < requests; index += 1) journal.record(attemptOf(index * 10, 40), { index })
  journal.flush()
  for (const block of blocks) replay(block, 0, recorder.record)
  expect(blocks.length).toBeGreaterThan(1)
  expect(recorder.recorded()).toMatchObject({ succeeded: requests, tokens: { output: requests * 40 } })
  expect(recorder.recorded().latencies.chunkGap).toMatchObject({ count: requests * 39, min: 10, max: 10 })
})
