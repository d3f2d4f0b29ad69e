import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { continueSchedule } from '../arrivals/continue-schedule.ts'
import { coefficientOfVariation } from '../arrivals/distributions.ts'
import { createSchedule } from '../arrivals/schedule.ts'
import type { BenchOptions, Load } from '../options.ts'
import { runBench } from '../run.ts'
import {
  goodStream,
  startOddServer,
  startStream,
  type OddRequest,
  type OddServer,
} from '../wire/odd-server.test-kit.ts'
import { readTraceLoad } from './trace-load.ts'

const servers: OddServer[] = []
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())))

/** By its prompt: of two threads, or of an open loop, a later one may arrive before it. */
const numberOf = ({ body }: OddRequest): number =>
  Number(/^\[[0-9a-f]+-(\d+)\]/.exec((body['messages'] as { content: string }[])[0]!.content)![1])

/**
 * Answers the first `measured` requests; the last of them only when so many more have come, which the run would wait
 * for in vain without a cool-down. What comes after is failed, or never answered at all.
 */
const serve = async (measured: number, more: number, after: 'fail' | 'answer' | 'silence') => {
  let release: (() => void) | undefined
  let asked = 0
  let extra = 0
  const server = await startOddServer((response, request) => {
    if (request.path === '/tokenize') return response.writeHead(404).end('{}')
    const answer = (): unknown => startStream(response).end(goodStream(4))
    if (after === 'answer' || more === 0) return setTimeout(answer, 2)
    if (numberOf(request) < measured) {
      asked += 1
      if (asked < measured || extra >= more) return setTimeout(answer, 2)
      return (release = answer)
    }
    extra += 1
    if (extra === more) release?.()
    if (after === 'fail') setTimeout(() => response.writeHead(500).end('{"error":"no more"}'), 2)
    return undefined
  })
  servers.push(server)
  return Object.assign(server, { release: () => release?.() })
}
const bench = (
  { url }: { url: string },
  load: Load,
  changes: Partial<BenchOptions> = {},
  signal = new AbortController().signal,
) =>
  runBench(
    {
      url,
      endpoint: 'chat',
      stream: true,
      load,
      warmUp: 0,
      coolDown: true,
      prompts: { kind: 'built-in' },
      sampling: { ignoreEos: false, seed: 5 },
      timeoutMs: 20_000,
      ...changes,
    },
    { signal, version: '0', argv: [] },
  )
const session = { turns: 3, think: { from: 0, to: 1 } }
const open = { mode: 'open', arrival: 'constant', rate: 400, burstiness: 1, maxConcurrency: 64 } as const
const loads: [string, number, Load][] = [
  ['closed', 8, { mode: 'closed', concurrency: 4, requests: 8 }],
  ['ramped', 8, { mode: 'closed', concurrency: 4, requests: 8, rampUpMs: 50 }],
  ['sessions', 9, { mode: 'closed', concurrency: 3, requests: 9, session }],
  ['sessions on a schedule', 9, { ...open, requests: 9, session }],
  ['open', 8, { ...open, requests: 8 }],
  ['rate from one to another', 8, { ...open, requests: 8, ramp: { strategy: 'linear', from: 200, to: 400 } }],
]
// Of two threads, and of sessions, an uncounted one may come before the last measured one: there all are answered alike.
const cases = loads.flatMap(([name, count, load]) => [
  { name, count, load, after: name.startsWith('sessions') ? ('answer' as const) : ('fail' as const), threads: undefined },
  { name, count, load, after: load.mode === 'open' || name.startsWith('sessions') ? ('answer' as const) : ('fail' as const), threads: 2 },
]) // prettier-ignore

test.each(cases)(
  '$name, threads $threads: the load goes on until the last measured one ends, and nothing of it counts',
  async ({ count, load, after, threads }) => {
    const server = await serve(count, 12, after)
    const result = await bench(server, load, threads === undefined ? {} : { threads })
    expect(result.requests).toEqual({ sent: count, succeeded: count, failed: 0, cancelled: 0 })
    expect(result.cool_down!.sent).toBeGreaterThanOrEqual(after === 'fail' ? 12 : 0)
    expect(server.requests.length).toBeLessThanOrEqual(count + result.cool_down!.sent)
    expect(result.errors).toEqual([])
    expect(result.tokens).toMatchObject({ source: 'usage', output: 4 * count, prompt: 10 * count })
    expect(result.samples).toHaveLength(count)
    expect(result.latency.ttft!.count).toBe(count)
    // What a schedule with sessions schedules are their beginnings.
    const scheduled = load.session === undefined ? count : count / load.session.turns
    if (load.mode === 'open') expect(result.dispatch).toMatchObject({ scheduled, waited: 0 })
  },
  30_000,
)

test('what is in flight then is given up: a run does not wait for what does not count', async () => {
  for (const load of [loads[0]![2], loads[4]![2]]) {
    // Each connection has one that is never answered.
    const server = await serve(8, 3, 'silence')
    const result = await bench(server, load)
    expect(result.requests).toMatchObject({ sent: 8, succeeded: 8, cancelled: 0 })
    expect(result.cool_down!.sent).toBeGreaterThanOrEqual(3)
  }
})

test('a time ends what is measured, and the cool-down begins there', async () => {
  const server = await startOddServer((response) => {
    setTimeout(() => startStream(response).end(goodStream(4)), 5)
  })
  servers.push(server)
  for (const load of [
    { mode: 'closed', concurrency: 3, durationMs: 150 },
    { ...open, durationMs: 150 },
  ] as Load[]) {
    const before = server.requests.length
    const result = await bench(server, load, { threads: 2 })
    expect(result.requests.failed).toBe(0)
    expect(result.samples).toHaveLength(result.requests.sent)
    expect(result.requests.sent + result.cool_down!.sent).toBeGreaterThanOrEqual(server.requests.length - before) // prettier-ignore
  }
})

test('an interrupt ends it at once; without the wish nothing is sent and nothing said', async () => {
  const server = await serve(8, 1000, 'silence')
  const stop = new AbortController()
  const running = bench(server, loads[0]![2], {}, stop.signal)
  await expect.poll(() => server.requests.length).toBe(8 + 3)
  stop.abort()
  server.release()
  const { interrupted, requests, cool_down: cooled } = await running
  expect({ interrupted, requests, cooled }).toMatchObject({ interrupted: true, requests: { sent: 8, succeeded: 8 }, cooled: { sent: 3 } }) // prettier-ignore
  const plain = await bench(await serve(8, 0, 'fail'), loads[0]![2], { coolDown: false })
  expect(plain.cool_down).toBeUndefined()
  expect(plain.requests.sent).toBe(8)
})

test('a schedule goes on as it ended, alike in each thread', () => {
  const options = { arrival: 'poisson' as const, rate: 50, burstiness: 1, seed: 3, requests: 100 }
  const schedule = createSchedule(options)
  const draw = () => {
    const next = continueSchedule(options, schedule)
    return Array.from({ length: 4000 }, next)
  }
  const times = draw()
  expect(draw()).toEqual(times)
  expect(times[0]).toBeGreaterThan(schedule.at(-1)!)
  const gaps = times.slice(1).map((time, index) => time - times[index]!)
  expect(Math.abs((times.at(-1)! - times[0]!) / gaps.length - 20)).toBeLessThan(1)
  expect(coefficientOfVariation(gaps)).toBeGreaterThan(0.93)
  const ramped = { ...options, arrival: 'constant' as const, ramp: { strategy: 'linear' as const, from: 1, to: 50 } } // prettier-ignore
  const last = createSchedule(ramped)
  const onward = continueSchedule(ramped, last)
  expect([onward() - last.at(-1)!, onward() - last.at(-1)!]).toEqual([expect.closeTo(20, 6), expect.closeTo(40, 6)]) // prettier-ignore
})

test('a trace begins again, in its own gaps', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-cool-'))
  const path = join(folder, 'trace.jsonl')
  const lines = [0, 10, 40].map((timestamp) => JSON.stringify({ timestamp, prompt: 'hello' }))
  await writeFile(path, lines.join('\n'))
  try {
    const load = await readTraceLoad(path, undefined, { requests: undefined, durationMs: undefined, concurrency: undefined }) // prettier-ignore
    const next = continueSchedule({ ...load, seed: 1 }, load.times!)
    expect([next(), next(), next(), next()]).toEqual([60, 70, 100, 120])
    // The last of the trace is held until one more came; those that calibrate ask for a single token.
    let release: (() => void) | undefined
    let asked = 0
    const server = await startOddServer((response, { path: asking, body }) => {
      if (asking === '/tokenize') return response.writeHead(404).end('{}')
      if (body['max_tokens'] !== 1) asked += 1
      const answer = (): unknown => startStream(response).end(goodStream(4))
      if (asked === 3) return (release = answer)
      if (asked > 3) release?.()
      return answer()
    })
    servers.push(server)
    const result = await bench(server, load, { prompts: { kind: 'trace', path } })
    expect(result.requests).toMatchObject({ sent: 3, succeeded: 3 })
    expect(result.cool_down!.sent).toBeGreaterThanOrEqual(1)
  } finally {
    await rm(folder, { recursive: true })
  }
})
