import { afterEach, expect, test } from 'vitest'
import type { BenchOptions, Load } from '../options.ts'
import { runBench } from '../run.ts'
import {
  goodStream,
  startOddServer,
  startStream,
  type OddAnswer,
  type OddServer,
} from '../wire/odd-server.test-kit.ts'
import { createShares } from './share.ts'
import { createThreadLane } from './thread-lane.ts'

const servers: OddServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})
const serve = async (answer: OddAnswer): Promise<OddServer> => {
  const server = await startOddServer(answer)
  servers.push(server)
  return server
}
const good: OddAnswer = (response) => startStream(response).end(goodStream(6))
const never = new AbortController().signal

const optionsFor = (url: string, load: Load, changes: Partial<BenchOptions> = {}): BenchOptions => ({
  url,
  endpoint: 'chat',
  stream: true,
  load,
  prompts: { kind: 'built-in' },
  sampling: { ignoreEos: false },
  timeoutMs: 20_000,
  threads: 2,
  ...changes,
})
const bench = (options: BenchOptions, signal = never) => runBench(options, { signal, version: '1', argv: [] })
const numbersOf = ({ requests }: OddServer): number[] =>
  requests
    .map(
      ({ body }) => /^\[[0-9a-f]+-(\d+)\]/.exec((body['messages'] as { content: string }[])[0]!.content)?.[1],
    )
    .filter((number) => number !== undefined)
    .map(Number)
    .toSorted((left, right) => left - right)

test('two threads send each request once, and their records are one result', async () => {
  const server = await serve(good)
  const result = await bench(optionsFor(server.url, { mode: 'closed', concurrency: 5, requests: 61 }))
  expect(result.configuration).toMatchObject({ threads: 2, concurrency: 5 })
  expect(result.requests).toEqual({ sent: 61, succeeded: 61, failed: 0, cancelled: 0 })
  expect(result.warm_up).toEqual({ sent: 5, failed: 0, errors: [] })
  expect(numbersOf(server)).toEqual(Array.from({ length: 61 }, (_, index) => index))
  expect(result.tokens).toMatchObject({ output: 366, source: 'usage' })
  expect(result.latency.ttft?.count).toBe(61)
  // Ends in order, on one clock: no sample lies before the run or after its end.
  const ends = result.samples.map(({ end }) => end)
  expect(ends).toEqual(ends.toSorted((left, right) => left - right))
  expect(Math.min(...result.samples.map(({ start }) => start))).toBe(0)
  expect(ends.at(-1)! / 1000).toBeCloseTo(result.duration_s, 2)
})

test('an open loop in two threads keeps one schedule', async () => {
  const server = await serve(good)
  const load = {
    mode: 'open',
    arrival: 'poisson',
    rate: 400,
    burstiness: 1,
    maxConcurrency: 64,
    requests: 80,
  } as const
  const [once, alone] = [
    await bench(optionsFor(server.url, load, { sampling: { ignoreEos: false, seed: 7 } })),
    await bench(optionsFor(server.url, load, { sampling: { ignoreEos: false, seed: 7 }, threads: 1 })),
  ]
  expect(once.dispatch).toMatchObject({ scheduled: 80, rate_scheduled: alone.dispatch!.rate_scheduled })
  const duesOf = ({ samples }: typeof once) =>
    samples.map(({ due, index }) => [index, due!]).toSorted((left, right) => left[0]! - right[0]!)
  for (const [row, [index, due]] of duesOf(once).entries()) {
    expect(index).toBe(row)
    expect(due).toBeCloseTo(duesOf(alone)[row]![1]!, 1)
  }
})

test('a server that nobody runs is told as such, from the thread as from here', async () => {
  const { url, close } = await startOddServer(good)
  await close()
  const options = optionsFor(url, { mode: 'closed', concurrency: 2, requests: 4 }, { model: 'm' })
  await expect(bench(options)).rejects.toMatchObject({ code: 'daemon_unreachable' })
})

test('an interrupt reaches every thread: what had ended is reported', async () => {
  const controller = new AbortController()
  let served = 0
  const server = await serve((response, request) => {
    served += 1
    if (served === 30) controller.abort()
    return good(response, request)
  })
  const options = optionsFor(server.url, { mode: 'closed', concurrency: 4, durationMs: 60_000 })
  const result = await bench(options, controller.signal)
  expect(result.interrupted).toBe(true)
  expect(result.requests.succeeded).toBeGreaterThan(0)
  expect(result.requests.sent).toBe(result.samples.length)
})

test('a thread that cannot begin fails the run with its reason and does not hang it', async () => {
  const lane = createThreadLane({
    // A load that cannot be cloned into connections: the thread throws as it opens them.
    options: optionsFor('not a url at all:', { mode: 'closed', concurrency: 1, requests: 1 }),
    model: 'm',
    prompts: { seed: 1, nonce: 'abc' } as never,
    share: createShares(1)[0]!,
    signal: never,
    giveUp: never,
    record: () => {},
  })
  await expect(lane.warmUp()).rejects.toMatchObject({ code: 'invalid_request' })
  await lane.close()
  await expect(lane.measure(0, 0)).rejects.toThrow('a thread of the load generator failed')
})
