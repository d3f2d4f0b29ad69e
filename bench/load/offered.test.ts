import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { BenchOptions, Load } from '../options.ts'
import { runBench } from '../run.ts'
import {
  doneEvent,
  finishEvent,
  goodStream,
  startOddServer,
  startStream,
  textEvent,
  usageEvent,
  type OddAnswer,
  type OddRequest,
  type OddServer,
} from '../wire/odd-server.test-kit.ts'
import { planCancel } from './plan-cancel.ts'
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
const bench = (
  { url }: { url: string },
  changes: Partial<BenchOptions>,
  signal = new AbortController().signal,
) =>
  runBench(
    {
      url,
      endpoint: 'chat',
      stream: true,
      load: { mode: 'closed', concurrency: 1, requests: 1 },
      warmUp: 0,
      prompts: { kind: 'built-in' },
      sampling: { ignoreEos: false, seed: 5 },
      timeoutMs: 20_000,
      ...changes,
    },
    { signal, version: '0', argv: [] },
  )

type Message = { role: string; content: string }
const messagesOf = ({ body }: OddRequest): Message[] => body['messages'] as Message[]
/** Says how many messages it was sent. */
const counting: OddAnswer = (response, request) =>
  request.path === '/tokenize'
    ? response.writeHead(404).end('{}')
    : startStream(response).end(
        textEvent(`heard `) +
          textEvent(String(messagesOf(request).length)) +
          finishEvent() +
          usageEvent(10, 2, 4) +
          doneEvent,
      )
const sessions = (requests: number, turns: number, concurrency = 1): Load => ({
  mode: 'closed',
  concurrency,
  requests,
  session: { turns, think: { from: 0, to: 1 } },
})

test("a turn sends all that was said before, with the server's own answers", async () => {
  const server = await serve(counting)
  const result = await bench(server, { load: sessions(5, 3) })
  const sent = server.requests.map(messagesOf)
  expect(sent.map((messages) => messages.length)).toEqual([1, 3, 5, 1, 3])
  expect(sent[2]!.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user'])
  expect(sent[2]!.filter(({ role }) => role === 'assistant').map(({ content }) => content)).toEqual([
    'heard 1',
    'heard 3',
  ])
  expect(sent[2]!.slice(0, 3)).toEqual([...sent[1]!])
  expect(sent[3]![0]).not.toEqual(sent[0]![0])
  expect(result.turns?.map(({ turn, requests }) => [turn, requests])).toEqual([[1, 2], [2, 2], [3, 1]]) // prettier-ignore
  expect(result.turns?.[0]).toMatchObject({ prompt_tokens: 10, cached_tokens: 4, ttft: { count: 2 } })
  expect(result.samples.map(({ turn }) => turn)).toEqual([1, 2, 3, 1, 2])
})

test('a turn that fails is left out of the history, and the session goes on', async () => {
  const server = await serve((response, request) =>
    messagesOf(request).length === 3 ? response.writeHead(500).end('{}') : counting(response, request),
  )
  const result = await bench(server, { load: sessions(4, 4) })
  expect(server.requests.map((request) => messagesOf(request).length)).toEqual([1, 3, 3, 3])
  expect(result.requests).toMatchObject({ succeeded: 1, failed: 3 })
})

test('sessions through threads: the same figures by turn', async () => {
  const server = await serve(counting)
  const result = await bench(server, { load: sessions(12, 3, 2), threads: 2 })
  expect(result.configuration.threads).toBe(2)
  expect(result.turns?.map(({ requests, prompt_tokens }) => [requests, prompt_tokens])).toEqual([
    [4, 10],
    [4, 10],
    [4, 10],
  ])
})

test('a stop does not wait for a thought', async () => {
  const stop = new AbortController()
  const server = await serve((response, request) => {
    counting(response, request)
    response.once('finish', () => stop.abort())
  })
  const load: Load = { ...sessions(9, 9), session: { turns: 9, think: { from: 3_600_000, to: 3_600_000 } } } as Load // prettier-ignore
  const result = await bench(server, { load }, stop.signal)
  expect(result).toMatchObject({ interrupted: true, requests: { succeeded: 1, failed: 0 } })
})

test('cancelled after so many events: neither success nor failure, and the server hears of it', async () => {
  let closed = 0
  const server = await serve(async (response) => {
    startStream(response).write(textEvent('word ').repeat(3))
    // Only the other side can end this answer.
    await once(response, 'close')
    closed += 1
  })
  const cancellation = { rate: 1, after: { unit: 'events', from: 3, to: 3 } } as const
  const load: Load = { mode: 'closed', concurrency: 2, requests: 6 }
  const result = await bench(server, { cancellation, load })
  expect(result.requests).toEqual({ sent: 6, succeeded: 0, failed: 0, cancelled: 6 })
  expect(result.errors).toEqual([])
  expect(result.cancellation).toEqual({ rate: 1, planned: 6, cancelled: 6 })
  await expect.poll(() => closed).toBe(6)
})

test('a share is cancelled by the seed, the others are measured; a time cancels what is silent', async () => {
  const cancellation = { rate: 0.4, after: { unit: 'milliseconds', from: 5, to: 20 } } as const
  const planned = Array.from({ length: 20 }, (_, index) => planCancel(cancellation, 5, index) !== undefined)
  const expected = planned.filter(Boolean).length
  expect(expected).toBeGreaterThan(2)
  expect(expected).toBeLessThan(16)
  const server = await serve((response, request) => {
    // By its prompt: one that is cancelled early may never get here.
    const [, number] = /^\[[0-9a-f]+-(\d+)\]/.exec(messagesOf(request)[0]!.content)!
    // Those that will be cancelled get no answer at all.
    if (planned[Number(number)] === false) startStream(response).end(goodStream(4))
  })
  const result = await bench(server, { cancellation, load: { mode: 'closed', concurrency: 1, requests: 20 } })
  expect(result.requests).toEqual({ sent: 20, succeeded: 20 - expected, failed: 0, cancelled: expected })
  expect(result.notes.join('\n')).toContain(`${expected} requests of 20 cancelled on purpose`)
  expect(result.notes.join('\n')).not.toContain('did not keep all of them open')
})

const flags = {
  concurrency: undefined, requestRate: undefined, arrival: undefined, burstiness: undefined, requests: undefined,
  durationMs: undefined, rampUpMs: undefined, turns: undefined, thinkTime: undefined, endpoint: 'chat',
  prompts: { kind: 'built-in' }, trace: undefined, traceSpeed: undefined,
} as const // prettier-ignore
const writeTrace = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-trace-'))
  folders.push(folder)
  const path = join(folder, 'trace.jsonl')
  const lines = [5000, 5040, 5040, 5100].map((timestamp, index) => ({
    timestamp,
    input_length: 20 + index,
    output_length: 3 + index,
  }))
  await writeFile(path, lines.map((line) => JSON.stringify(line)).join('\n'))
  return path
}

/** A server whose tokens are words, with 5 for its template. */
const countingWords: OddAnswer = (response, { body, path }) => {
  const { content, messages } = body as { content?: string; messages?: Message[] }
  const text = content ?? messages!.at(-1)!.content
  const tokens = text.split(' ').length
  if (path === '/tokenize') return response.end(JSON.stringify({ tokens: Array.from({ length: tokens }) }))
  if (body['stream'] === true) {
    return startStream(response).end(textEvent('a') + finishEvent() + usageEvent(tokens + 5, 1) + doneEvent)
  }
  const answer = { choices: [{ message: { content: 'a' }, finish_reason: 'length' }] }
  const usage = { prompt_tokens: tokens + 5, completion_tokens: 1 }
  return response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ ...answer, usage }))
}

test('a trace is sent at its own times, faster if asked, with its own lengths', async () => {
  const trace = await writeTrace()
  const [load] = await planLoads({ ...flags, trace, traceSpeed: '2' })
  expect(load).toMatchObject({ mode: 'open', arrival: 'trace', requests: 4, maxConcurrency: 4096 })
  const server = await serve(countingWords)
  const result = await bench(server, { load: load!, prompts: { kind: 'trace', path: trace } })
  const due = result.samples.toSorted((one, other) => one.index - other.index).map((sample) => sample.due)
  expect(due.map((time) => Math.round(time!))).toEqual([0, 20, 20, 50])
  const limits = server.requests.slice(-4).map(({ body }) => body['max_tokens'])
  expect(new Set(limits)).toEqual(new Set([3, 4, 5, 6]))
  expect(result.prompt_lengths).toMatchObject({ asked_mean: 21.5, counted_mean: 21.5, worst_error: 0 })
  expect(result.configuration.arrivals).toMatchObject({ arrival: 'trace' })
  await expect(planLoads({ ...flags, trace, traceSpeed: '0' })).rejects.toThrow('--trace-speed must be')
})

const random = {
  kind: 'random',
  inputLen: 40,
  outputLen: 4,
  rangeRatio: 0.5,
  prefixLen: 8,
  prefixes: 2,
} as const

test("lengths are calibrated by the server's usage, and the rest of error is told", async () => {
  const server = await serve(countingWords)
  const result = await bench(server, {
    prompts: random,
    load: { mode: 'closed', concurrency: 2, requests: 20 },
  })
  expect(result.prompt_lengths).toMatchObject({
    worst_error: 0,
    calibrated_by: 'usage',
    tokens_per_word: 1,
    overhead: 5,
  })
  expect(result.notes.join('\n')).toContain('one prompt was off by 0 at most')
})

test('without usage a tokenize endpoint counts; without either it is a guess, and said so', async () => {
  const silent: OddAnswer = (response, request) => {
    if (request.path === '/tokenize') return countingWords(response, request)
    if (request.body['stream'] === true)
      return startStream(response).end(textEvent('a') + finishEvent() + doneEvent)
    const answer = { choices: [{ message: { content: 'a' }, finish_reason: 'length' }] }
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  }
  const counted = await bench(await serve(silent), { prompts: random })
  expect(counted.prompt_lengths).toMatchObject({ calibrated_by: 'tokenize', counted_mean: null, overhead: 0 })
  const mute = await serve((response, request) =>
    request.path === '/tokenize' ? response.writeHead(404).end('no') : silent(response, request),
  )
  const guessed = await bench(mute, { prompts: random })
  expect(guessed.prompt_lengths).toMatchObject({ calibrated_by: 'nothing' })
  expect(guessed.notes.join('\n')).toContain('by a guess')
})

test('a server that refuses the probes is named, before anything is measured', async () => {
  const server = await serve((response) =>
    response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"too long"}}'),
  )
  await expect(bench(server, { prompts: random })).rejects.toThrow(/http_400: too long/)
})

test('a key goes to Anthropic in its own header, and nowhere else', async () => {
  const server = await serve((response) => startStream(response).end())
  await bench(server, { endpoint: 'messages', apiKey: 'sk-own' })
  await bench(server, { endpoint: 'chat', apiKey: 'sk-own' })
  const [own, plain] = server.requests
  expect(own).toMatchObject({
    path: '/v1/messages',
    headers: { 'x-api-key': 'sk-own', 'anthropic-version': '2023-06-01' },
  })
  expect(own!.headers).not.toHaveProperty('authorization')
  expect(plain!.headers).toMatchObject({ authorization: 'Bearer sk-own' })
  expect(plain!.headers).not.toHaveProperty('x-api-key')
})

test.each([
  [{ turns: 2, endpoint: 'completions' }, '--turns needs an endpoint that takes messages'],
  [{ turns: 2, thinkTime: '3' }, '--think-time "3" is not a time'],
  [{ turns: 2, prompts: { kind: 'text', text: 'x' } }, 'the same --prompt again'],
] as const)('%j is refused', async (changes, message) => {
  await expect(planLoads({ ...flags, ...changes })).rejects.toThrow(message)
})

test('conversations of different lengths: as many requests as asked, in sessions as long as each is', async () => {
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
  const server = await serve(counting)
  const load: Load = { ...sessions(11, 5, 2) }
  const result = await bench(server, { load, prompts: { kind: 'sharegpt', path } })
  expect(result.requests).toMatchObject({ sent: 11, succeeded: 11 })
  expect(result.turns!.length).toBeLessThanOrEqual(3)
  expect(result.notes.join('\n')).not.toContain('makes repeats faster')
})
