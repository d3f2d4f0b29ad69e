import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { BenchOptions, OpenLoad } from '../options.ts'
import { runBench } from '../run.ts'
import {
  doneEvent,
  finishEvent,
  startOddServer,
  startStream,
  textEvent,
  usageEvent,
  type OddAnswer,
  type OddRequest,
  type OddServer,
} from '../wire/odd-server.test-kit.ts'
import { planLoads } from './plan-loads.ts'

const servers: OddServer[] = []
const folders: string[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })))
})
const serve = async (answer: OddAnswer): Promise<OddServer> => {
  const server = await startOddServer(answer)
  servers.push(server)
  return server
}

const answerAll: OddAnswer = (response) =>
  startStream(response).end(
    textEvent('one ') + textEvent('two') + finishEvent() + usageEvent(10, 2, 4) + doneEvent,
  )
const messagesOf = ({ body }: OddRequest): unknown[] => body['messages'] as unknown[]

const loadOf = (changes: Partial<OpenLoad>): OpenLoad => ({
  mode: 'open',
  arrival: 'constant',
  rate: 200,
  burstiness: 1,
  maxConcurrency: 64,
  session: { turns: 3, think: { from: 0, to: 2 } },
  ...changes,
})

const bench = (
  { url }: { url: string },
  load: OpenLoad,
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
      prompts: { kind: 'built-in' },
      sampling: { ignoreEos: false, seed: 5 },
      timeoutMs: 20_000,
      ...changes,
    },
    { signal, version: '0', argv: [] },
  )

test('sessions begin at the schedule’s moments; each goes through its turns from the end of each thought', async () => {
  const server = await serve(answerAll)
  const result = await bench(
    server,
    loadOf({ requests: 12, session: { turns: 3, think: { from: 4, to: 4 } } }),
  )
  expect(result.requests).toMatchObject({ sent: 12, succeeded: 12 })
  expect(result.turns!.map(({ turn, requests }) => [turn, requests])).toEqual([[1, 4], [2, 4], [3, 4]]) // prettier-ignore
  expect(server.requests.map((request) => messagesOf(request).length).toSorted((one, other) => one - other)).toEqual([1, 1, 1, 1, 3, 3, 3, 3, 5, 5, 5, 5]) // prettier-ignore
  // 200 sessions a second: one each 5 ms.
  const turnsOf = (turn: number) => result.samples.filter((sample) => sample.turn === turn)
  expect(turnsOf(1).map(({ due }) => Math.round(due!)).toSorted((one, other) => one - other)).toEqual([0, 5, 10, 15]) // prettier-ignore
  const byIndex = new Map(result.samples.map((sample) => [sample.index, sample]))
  for (const sample of [...turnsOf(2), ...turnsOf(3)]) {
    const before = byIndex.get(sample.index - 1)!
    expect(sample.due).toBeCloseTo(before.end + 4, 2)
    expect(sample.start).toBeGreaterThanOrEqual(sample.due! - 0.01)
  }
  // The schedule is about sessions; every turn has a latency from its own moment.
  expect(result.dispatch).toMatchObject({ scheduled: 4, rate_scheduled: 200 })
  expect(result.latency.service_ttft!.count).toBe(12)
  expect(result.configuration).toMatchObject({ arrivals: { rate: 200 }, session: { turns: 3 }, requests: 12 })
  // Thinking is no load that is missing.
  expect(result.verdict.checks.map(({ check }) => check)).not.toContain('concurrency_shortfall')
})

test('as many turns as asked, and no more: the last session is cut short', async () => {
  const server = await serve(answerAll)
  const result = await bench(server, loadOf({ requests: 7 }))
  expect(result.turns!.map(({ requests }) => requests)).toEqual([3, 2, 2])
  expect(result.dispatch!.scheduled).toBe(3)
})

test('--concurrency bounds sessions: one that thinks keeps its place, and the wait of the next one counts', async () => {
  const server = await serve(answerAll)
  const think = { from: 30, to: 30 }
  const load = loadOf({ rate: 1000, requests: 6, maxConcurrency: 1, session: { turns: 2, think } })
  const result = await bench(server, load)
  expect(server.requests.map((request) => messagesOf(request).length)).toEqual([1, 3, 1, 3, 1, 3])
  expect(result.dispatch).toMatchObject({ scheduled: 3, waited: 2, in_flight_max: 1 })
  // The third session was due at 2 ms and waited for two thoughts.
  const third = result.samples.find(({ index }) => index === 4)!
  expect(third.ttft).toBeGreaterThan(55)
  expect(result.notes.join('\n')).toContain('2 sessions waited')
  const shortfall = result.verdict.checks.find(({ check }) => check === 'rate_shortfall')
  expect(shortfall).toMatchObject({ invalid_above: null })
})

test('through threads: the same sessions, each once, and the same figures', async () => {
  const server = await serve(answerAll)
  const load = loadOf({ requests: 30 })
  const one = await bench(server, load)
  const two = await bench(server, load, { threads: 2 })
  expect(two.configuration.threads).toBe(2)
  for (const result of [one, two]) {
    expect(result.samples.map(({ index }) => index).toSorted((left, right) => left - right)).toEqual(Array.from({ length: 30 }, (_, index) => index)) // prettier-ignore
    expect(result.turns!.map(({ requests }) => requests)).toEqual([10, 10, 10])
    expect(result.dispatch!.scheduled).toBe(10)
  }
  const dues = (result: typeof one) => result.samples.flatMap(({ due, turn }) => (turn === 1 ? Math.round(due!) : [])).toSorted((left, right) => left - right) // prettier-ignore
  expect(dues(two)).toEqual(dues(one))
})

test('--duration: no turn begins after it, and a session that was due in time is still begun', async () => {
  const server = await serve(answerAll)
  const load = loadOf({ rate: 100, durationMs: 100, session: { turns: 50, think: { from: 40, to: 40 } } })
  const result = await bench(server, load)
  expect(result.dispatch!.scheduled).toBe(10)
  expect(result.turns![0]!.requests).toBe(10)
  expect(Math.max(...result.samples.map(({ due }) => due!))).toBeLessThan(100)
  expect(result.turns!.length).toBeLessThanOrEqual(3)
})

test('a stop waits neither for a thought nor for the schedule', async () => {
  const stop = new AbortController()
  const server = await serve((response, request) => {
    void answerAll(response, request)
    response.once('finish', () => stop.abort())
  })
  const hour = 3_600_000
  const load = loadOf({ rate: 0.001, requests: 20, session: { turns: 2, think: { from: hour, to: hour } } })
  const result = await bench(server, load, {}, stop.signal)
  expect(result).toMatchObject({ interrupted: true, requests: { sent: 1, succeeded: 1, failed: 0 } })
  expect(result.dispatch!.scheduled).toBe(10)
})

test('a turn that fails is left out of the history, and its session goes on', async () => {
  const server = await serve((response, request) =>
    messagesOf(request).length === 3 ? response.writeHead(500).end('{}') : answerAll(response, request),
  )
  const result = await bench(server, loadOf({ requests: 3 }))
  expect(server.requests.map((request) => messagesOf(request).length)).toEqual([1, 3, 3])
  expect(result.requests).toMatchObject({ succeeded: 1, failed: 2 })
})

test.each([1, 2])(
  'conversations of different lengths on %i threads: the run ends with the turns',
  async (threads) => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-sharegpt-'))
    folders.push(folder)
    const path = join(folder, 'share.json')
    const talk = (turns: number) => ({
      conversations: Array.from({ length: turns }, (_, turn) => [
        { from: 'human', value: `a question of some length, number ${turn}` },
        { from: 'gpt', value: 'an answer that is long enough to count' },
      ]).flat(),
    })
    await writeFile(path, JSON.stringify([talk(1), talk(2), talk(3)]))
    const server = await serve(answerAll)
    const load = loadOf({ rate: 10, requests: 11, session: { turns: 5, think: { from: 0, to: 1 } } })
    const result = await bench(server, load, { prompts: { kind: 'sharegpt', path }, threads })
    expect(result.requests).toMatchObject({ sent: 11, succeeded: 11 })
    // Eleven were planned, in case that each has one turn.
    expect(result.dispatch!.scheduled).toBeLessThan(11)
  },
)

const flags = {
  concurrency: undefined, requestRate: '2', arrival: undefined, burstiness: undefined, requests: undefined,
  durationMs: undefined, rampUpMs: undefined, turns: 3, thinkTime: '1s', endpoint: 'chat',
  prompts: { kind: 'built-in' }, trace: undefined, traceSpeed: undefined,
} as const // prettier-ignore

test('flags: so many sessions per second, by default those of ten seconds with all their turns', async () => {
  const session = { turns: 3, think: { from: 1000, to: 1000 } }
  expect(await planLoads(flags)).toMatchObject([{ mode: 'open', rate: 2, requests: 60, session }])
  expect(await planLoads({ ...flags, requests: 10, concurrency: '8' })).toMatchObject([
    { rate: 2, requests: 10, maxConcurrency: 8, session },
  ])
  expect(await planLoads({ ...flags, requestRate: '1,2', durationMs: 5000 })).toMatchObject([
    { rate: 1, durationMs: 5000, session },
    { rate: 2, durationMs: 5000, session },
  ])
})
