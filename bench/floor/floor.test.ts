import { expect, test } from 'vitest'
import { createPaceTally, joinPaces, streamsOf } from './pace.ts'
import { summarizeFloor, type FloorPart } from './floor.ts'
import { measureFloor } from './measure-floor.ts'
import { startNullServer } from './null-server.ts'
import { startNullProcess } from './start-null-process.ts'
import { runBench } from '../run.ts'
import type { BenchOptions } from '../options.ts'

const never = new AbortController().signal
const pace = { stream: true, events: 10, firstMs: 5, gapMs: 5 }

test('streams against a server that does nothing: what is left is ours, and never less than nothing', async () => {
  const { url, close } = await startNullServer()
  try {
    const part = await measureFloor({ url, streams: 4, pace, signal: never, giveUp: never })
    // What a busy machine does not finish in time is counted as failed, and measured nowhere.
    expect(part.e2e.length + part.failed).toBeGreaterThanOrEqual(4)
    expect(part.e2e.length).toBeGreaterThan(0)
    expect(part.ttft).toHaveLength(part.e2e.length)
    expect(part.delays).toHaveLength(part.events)
    // Stamps come before reads on one clock; microseconds of difference are its resolution.
    for (const value of [...part.ttft, ...part.e2e, ...part.delays]) expect(value).toBeGreaterThan(-0.1)
    const floor = summarizeFloor([part])!
    expect(floor.requests).toBe(part.e2e.length)
    expect(floor.ttft!.p50).toBeLessThanOrEqual(floor.ttft!.max)
  } finally {
    await close()
  }
})

test('whole answers have an E2E floor and no TTFT', async () => {
  const { url, close } = await startNullServer()
  try {
    const whole = { ...pace, stream: false }
    const part = await measureFloor({ url, streams: 2, pace: whole, signal: never, giveUp: never })
    expect(summarizeFloor([part])).toMatchObject({ ttft: null, delivery: null, streams: 2 })
    expect(part.e2e.length).toBeGreaterThan(0)
  } finally {
    await close()
  }
})

test('a stopped run does not wait for its floor; a server that is gone leaves none', async () => {
  const { url, close } = await startNullServer()
  const options = { url, streams: 2, pace, signal: AbortSignal.abort(), giveUp: AbortSignal.abort() }
  expect(summarizeFloor([await measureFloor(options)])).toBeUndefined()
  await close()
  const gone = await measureFloor({ url, streams: 2, pace, signal: never, giveUp: never })
  expect(gone.failed).toBeGreaterThan(0)
  expect(summarizeFloor([gone])).toBeUndefined()
})

test('threads measure together: their requests are pooled, and the latest of them counts', () => {
  const selfCheck = {
    loop_lag_p99_ms: 1,
    loop_lag_max_ms: 1,
    loop_utilization: 0.2,
    gc_share: 0,
    gc_max_ms: 0,
  }
  const part: FloorPart = {
    streams: 2, durationMs: 500, events: 100, ttft: [1, 1], e2e: [2, 2], delays: [1], failed: 0, selfCheck,
  } // prettier-ignore
  const late = { ...part, ttft: [5], e2e: [9], delays: [7], selfCheck: { ...selfCheck, loop_lag_p99_ms: 8 } }
  expect(summarizeFloor([part, late])).toMatchObject({
    requests: 3,
    streams: 4,
    events_per_second: 400,
    ttft: { p50: 1, max: 5 },
    delivery: { max: 7 },
    loop_lag_p99_ms: 8,
  })
})

test('the pace is the median of the warm-up; without one it is assumed', () => {
  const tally = createPaceTally(true)
  const reply = {
    contentEvents: 6,
    usage: undefined,
    timings: undefined,
    finishReason: 'stop',
    isEmpty: false,
  }
  const add = (first: number, gap: number): void => {
    const timeline = { reads: 6, first, last: first + 5 * gap, forEachGap: () => {}, forEachDelay: () => {} }
    tally.add({ startedAt: 0, endedAt: first + 6 * gap, reply, timeline, failure: undefined })
  }
  expect(tally.pace()).toEqual({ stream: true, firstMs: 50, gapMs: 20, events: 50 })
  // The first one compiled everybody's code.
  add(900, 90)
  add(40, 10)
  add(42, 11)
  expect(tally.pace()).toEqual({ stream: true, firstMs: 42, gapMs: 11, events: 6 })
  expect(joinPaces([tally.pace(), pace])).toEqual({ stream: true, firstMs: 5, gapMs: 5, events: 10 })
})

test('an open loop has as many streams as its rate and its latency make', () => {
  const sampling = { ignoreEos: false, maxTokens: 100 }
  const open = { mode: 'open', arrival: 'poisson', rate: 20, burstiness: 1, maxConcurrency: 4096 } as const
  expect(streamsOf({ load: open, sampling }, { ...pace, firstMs: 500, gapMs: 15 })).toBe(40)
  expect(streamsOf({ load: { ...open, maxConcurrency: 8 }, sampling }, pace)).toBe(8)
  expect(streamsOf({ load: { mode: 'closed', concurrency: 16, requests: 3 }, sampling }, pace)).toBe(3)
})

test('a run tells its floor, and a floor that is most of the latency degrades it', async () => {
  const server = await startNullProcess()
  try {
    const options: BenchOptions = {
      url: server.url,
      model: 'null',
      endpoint: 'chat',
      stream: true,
      load: { mode: 'closed', concurrency: 2, durationMs: 1100 },
      prompts: { kind: 'built-in' },
      sampling: { ignoreEos: false, maxTokens: 5 },
      timeoutMs: 20_000,
      floor: true,
      threads: 'auto',
    }
    const { floor, verdict, latency } = await runBench(options, { signal: never, version: '1', argv: [] })
    expect(floor).toMatchObject({ streams: 2 })
    const share = verdict.checks.find(({ check }) => check === 'floor_share')!
    expect(share.value).toBeCloseTo(floor!.ttft!.p50 / latency.ttft!.p50, 2)
    // This server answers at once: nearly all of its TTFT is the way and us.
    expect(share.status).toBe('DEGRADED')
    expect(verdict.status).not.toBe('VALID')
  } finally {
    server.stop()
  }
})
