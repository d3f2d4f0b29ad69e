import { afterEach, expect, test } from 'vitest'
import type { BenchOptions, Load } from '../options.ts'
import { describeLoad } from '../report/describe-load.ts'
import { createOccupancyCounter } from '../record/occupancy.ts'
import { runBench } from '../run.ts'
import { goodStream, startOddServer, startStream, type OddServer } from '../wire/odd-server.test-kit.ts'
import { runClosedLoop } from './closed-loop.ts'
import { decodeLoads, type LoadFlags } from './decode-loads.ts'
import { spreadStarts } from './spread-starts.ts'

const servers: OddServer[] = []
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())))
const bench = async (load: Load, changes: Partial<BenchOptions> = {}) => {
  const server = await startOddServer((response) => {
    setTimeout(() => startStream(response).end(goodStream(4)), 5)
  })
  servers.push(server)
  return runBench(
    {
      url: server.url,
      endpoint: 'chat',
      stream: true,
      load,
      warmUp: 0,
      prompts: { kind: 'built-in' },
      sampling: { ignoreEos: false, seed: 5 },
      timeoutMs: 20_000,
      ...changes,
    },
    { signal: new AbortController().signal, version: '0', argv: [] },
  )
}
const decode = (flags: Partial<LoadFlags>) =>
  decodeLoads({
    concurrency: undefined, requestRate: undefined, arrival: undefined, burstiness: undefined, requests: undefined,
    durationMs: undefined, rampUpMs: undefined, ...flags,
  }) // prettier-ignore

test("vLLM's three flags make one open load; the default count takes ten seconds", () => {
  const flags = { strategy: 'linear', startRps: '2', endRps: '20' } as const
  expect(decode({ ...flags, requests: 50 })).toEqual([
    { mode: 'open', arrival: 'poisson', rate: 20, burstiness: 1, maxConcurrency: 4096, requests: 50, ramp: { strategy: 'linear', from: 2, to: 20 } },
  ]) // prettier-ignore
  // The mean of the rate over time is the logarithmic one: 18 / ln 10.
  expect(decode(flags)).toMatchObject([{ requests: Math.ceil((10 * 18) / Math.log(10)) }])
})

test.each<[string, Partial<LoadFlags>]>([
  ['needs --ramp-up-start-rps and --ramp-up-end-rps too', { strategy: 'linear' }],
  ['needs --ramp-up-strategy too', { startRps: '1', endRps: '2' }],
  [
    '--request-rate says something else',
    { strategy: 'linear', startRps: '1', endRps: '2', requestRate: '3' },
  ],
  ['--ramp-up says something else', { strategy: 'linear', startRps: '1', endRps: '2', rampUpMs: 3 }],
  ['a rate of 0', { strategy: 'exponential', startRps: '0', endRps: '2' }],
])('refused: %s', (reason, flags) => {
  expect(() => decode(flags)).toThrow(reason)
})

test('a run with a rate from one to another: no shortfall, no steady state, and the report says what it was', async () => {
  const ramp = { strategy: 'exponential', from: 50, to: 400 } as const
  const load: Load = { mode: 'open', arrival: 'constant', rate: 400, burstiness: 1, maxConcurrency: 64, requests: 120, ramp } // prettier-ignore
  for (const threads of [1, 2]) {
    const result = await bench(load, { threads })
    expect(result.configuration.arrivals).toMatchObject({ rate: 400, ramp })
    expect(result.requests).toMatchObject({ sent: 120, failed: 0 })
    expect(result.steady).toMatchObject({ found: null, reason: expect.stringContaining('--ramp-up-strategy') }) // prettier-ignore
    // Scheduled is what the ramp asks for on average, not its end: what was sent is judged by that.
    const { rate_scheduled: asked } = result.dispatch!
    expect(asked).toBeGreaterThan(50)
    expect(asked).toBeLessThan(400)
    expect(result.samples.toSorted((left, right) => left.index - right.index).every(({ due, ttft, start }) => start >= due! && ttft! >= start - due!)).toBe(true) // prettier-ignore
    expect(describeLoad(result.configuration)).toContain('from 50 to 400 (exponential) requests/s')
  }
})

test('connections of a closed loop begin one after the other, over all threads', async () => {
  const starts = [0, 1].flatMap((part) => {
    const begin = spreadStarts({ mode: 'closed', concurrency: 2, rampUpMs: 400 }, { part, parts: 2 }, 4)
    return [begin(0), begin(1)]
  })
  expect(starts.toSorted((left, right) => left - right)).toEqual([0, 100, 200, 300])
  const begun = new Set<number>()
  const all = new AbortController()
  await runClosedLoop({
    concurrency: 4,
    signal: all.signal,
    beginAfter: (slot) => slot * 20,
    issue: async (_index, slot) => {
      begun.add(slot)
      if (begun.size === 4) all.abort()
      await new Promise((resolve) => setImmediate(resolve))
    },
  })
  expect([...begun.keys()]).toEqual([0, 1, 2, 3])
})

test('requests that are over before the ramp end the run; an interrupt ends the wait', async () => {
  const hour = (): number => 3_600_000
  const issued: number[] = []
  const loop = { concurrency: 2, issue: async (index: number) => void issued.push(index) }
  const beginAfter = (slot: number): number => (slot === 0 ? 0 : hour())
  await runClosedLoop({ ...loop, requests: 3, signal: new AbortController().signal, beginAfter })
  expect(issued).toEqual([0, 1, 2])
  await runClosedLoop({ ...loop, signal: AbortSignal.timeout(20), beginAfter: hour })
  expect(issued).toHaveLength(3)
})

test('a ramp is no shortfall: what was in flight counts from its end', async () => {
  const ramped = createOccupancyCounter(100)
  ramped.enter(0)
  ramped.enter(50)
  // Both are in flight from the ramp's end to the last dispatch.
  for (const time of [120, 160, 200]) {
    ramped.leave(time, 0)
    ramped.enter(time)
  }
  expect(ramped.occupancy()!.meanWhileSending).toBe(2)
  expect(ramped.occupancy()!.mean).toBeLessThan(2)
  const never = createOccupancyCounter(1000)
  never.enter(0)
  never.enter(50)
  never.leave(90, 90)
  expect(never.occupancy()!.meanWhileSending).toBeUndefined()
  const result = await bench({ mode: 'closed', concurrency: 8, durationMs: 1300, rampUpMs: 700 })
  expect(result.configuration.ramp_up_s).toBe(0.7)
  expect(result.verdict.checks.map(({ check }) => check)).toContain('concurrency_shortfall')
  expect(describeLoad(result.configuration)).toBe('closed loop, 8 in flight, begun over 0.7 s')
})
