import { afterEach, expect, test } from 'vitest'
import type { BenchOptions } from './options.ts'
import { runBench } from './run.ts'
import {
  doneEvent,
  event,
  finishEvent,
  goodStream,
  startOddServer,
  startStream,
  textEvent,
  usageEvent,
  type OddAnswer,
  type OddRequest,
  type OddServer,
} from './wire/odd-server.test-kit.ts'

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
const refuse = (message: string): OddAnswer => {
  return (response) =>
    response
      .writeHead(400, { 'content-type': 'application/json' })
      .end(JSON.stringify({ error: { message } }))
}

type Changes = Partial<BenchOptions> & { requests?: number; concurrency?: number; signal?: AbortSignal }
const bench = ({ url }: { url: string }, changes: Changes = {}) => {
  const { requests = 10, concurrency = 2, signal = new AbortController().signal, ...others } = changes
  const options: BenchOptions = {
    url,
    endpoint: 'chat',
    stream: true,
    load: { mode: 'closed', concurrency, requests },
    prompts: { kind: 'built-in' },
    sampling: { ignoreEos: false },
    timeoutMs: 20_000,
    ...others,
  }
  return runBench(options, { signal, version: '1.2.3', argv: ['--x'] })
}
const promptOf = ({ body }: OddRequest): string => (body.messages as { content: string }[])[0]!.content

test('counts what the server did: requests, tokens, connections, concurrency', async () => {
  const held: (() => void)[] = []
  // Answers only when four are waiting: a load of less than four at once would never end.
  const server = await serve((response, request) => {
    held.push(() => good(response, request))
    if (held.length === 4) for (const answer of held.splice(0)) answer()
  })
  const result = await bench(server, { concurrency: 4, requests: 20 })
  expect(result).toMatchObject({
    schema: 'sluice.bench',
    sluice_version: '1.2.3',
    argv: ['--x'],
    interrupted: false,
    target: { base_url: server.url, endpoint: 'chat', model: 'odd' },
    warm_up: { sent: 4, failed: 0 },
    requests: { sent: 20, succeeded: 20, failed: 0, cancelled: 0 },
    success_rate: 1,
    error_rate: 0,
    tokens: { source: 'usage', output: 120, prompt: 200 },
    stream: { events: 120, tokens_per_event: 1 },
    connections: { opened_before: 4, opened_during: 0 },
    finish_reasons: { length: 20 },
  })
  expect(result.latency.ttft?.count).toBe(20)
  expect(result.samples).toHaveLength(20)
  expect(server.requests).toHaveLength(24)
  // One to ask for the model's name.
  expect(server.connections()).toBe(1 + 4)
  expect(server.mostAtOnce()).toBe(4)
})

test('sends what was asked, to the right path, with the key; warm-up is shorter and no prompt comes twice', async () => {
  const server = await serve(good)
  const sampling = { maxTokens: 50, temperature: 0.5, seed: 7, ignoreEos: true }
  const result = await bench(server, { apiKey: 'sk-secret', model: 'mine', sampling })
  const [warm, ...rest] = server.requests
  expect(warm!.body).toMatchObject({ max_tokens: 32 })
  expect(rest.at(-1)).toMatchObject({
    path: '/v1/chat/completions',
    headers: { authorization: 'Bearer sk-secret' },
    body: { model: 'mine', max_tokens: 50, temperature: 0.5, seed: 7, ignore_eos: true, stream: true },
  })
  expect(new Set(server.requests.map(promptOf)).size).toBe(12)
  expect(JSON.stringify(result)).not.toContain('sk-secret')
})

test('without warm-up every connection is opened first, by something that is not measured', async () => {
  const server = await serve(good)
  const result = await bench(server, { warmUp: 0, concurrency: 3, requests: 6 })
  expect(result.connections).toEqual({ opened_before: 3, opened_during: 0 })
  expect(server.requests).toHaveLength(6)
})

test('completions go to their own path with the prompt as text', async () => {
  const chunk = event({ choices: [{ text: 'word', index: 0, finish_reason: null }] })
  const server = await serve((response) =>
    startStream(response).end(chunk.repeat(3) + usageEvent(1, 3) + doneEvent),
  )
  const result = await bench(server, { endpoint: 'completions', prompts: { kind: 'text', text: 'Once' } })
  expect(server.requests.at(-1)).toMatchObject({ path: '/v1/completions', body: { prompt: 'Once' } })
  expect(result).toMatchObject({ requests: { succeeded: 10 }, tokens: { output: 30 } })
  expect(result.notes.join()).toContain('every request sent the same prompt')
})

test('answers in one piece: E2E only, and no stream options', async () => {
  const answer = {
    choices: [{ message: { content: 'x' }, finish_reason: 'stop' }],
    usage: { completion_tokens: 5 },
  }
  const server = await serve((response) => response.end(JSON.stringify(answer)))
  const result = await bench(server, { stream: false })
  expect(result.latency).toMatchObject({
    ttft: null,
    tpot: null,
    itl: null,
    chunk_gap: null,
    e2e: { count: 10 },
  })
  expect(result.throughput.output_tokens_per_second).toBeGreaterThan(0)
  expect(server.requests[0]!.body).not.toHaveProperty('stream_options')
})

test('a server that refuses stream_options is asked without them, once found out', async () => {
  const server = await serve((response, request) =>
    'stream_options' in request.body
      ? refuse('unknown field')(response, request)
      : startStream(response).end(textEvent('a').repeat(4) + finishEvent() + doneEvent),
  )
  const result = await bench(server, { concurrency: 1 })
  expect(result).toMatchObject({
    requests: { succeeded: 10, failed: 0 },
    tokens: { source: 'events', output: 40 },
  })
  expect(result.latency).toMatchObject({ itl: null, tpot: null, chunk_gap: null, ttft: { count: 10 } })
  expect(server.requests.filter(({ body }) => 'stream_options' in body)).toHaveLength(1)
  expect(result.notes.join()).toContain('refuses stream_options.include_usage')
  expect(result.notes.join()).toContain('stream events were counted as tokens')
})

test.each([
  ['with its usage', () => false, 1],
  ['without stream_options too', (body: object) => 'stream_options' in body, 2],
])('a server that wants max_completion_tokens gets it, %s', async (_name, alsoRefuses, refused) => {
  const server = await serve((response, request) =>
    'max_tokens' in request.body
      ? refuse("'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.")(response, request) // prettier-ignore
      : alsoRefuses(request.body)
        ? refuse('unknown field')(response, request)
        : startStream(response).end(textEvent('a').repeat(4) + finishEvent() + doneEvent),
  )
  const result = await bench(server, { concurrency: 1 })
  expect(result.requests).toMatchObject({ succeeded: 10, failed: 0 })
  expect(server.requests.filter(({ body }) => 'max_tokens' in body).length).toBeLessThanOrEqual(refused)
  expect(server.requests.at(-1)!.body).toMatchObject({ max_completion_tokens: 128 })
  expect(result.notes.join().includes('refuses stream_options')).toBe(refused === 2)
})

test('failures are counted by kind beside the successes', async () => {
  let count = 0
  const server = await serve((response, request) => {
    count += 1
    if (count % 4 === 1) return refuse('no')(response, request)
    if (count % 4 === 2) return startStream(response).end(event({ error: { message: 'broke' } }))
    return good(response, request)
  })
  const result = await bench(server, { warmUp: 0, concurrency: 1, requests: 40, stream: true })
  const { sent, succeeded, failed } = result.requests
  expect([sent, succeeded + failed]).toEqual([40, 40])
  expect(result.errors.map(({ kind }) => kind).toSorted()).toEqual(['http_400', 'stream_error'])
  expect(result.errors.reduce((sum, error) => sum + error.count, 0)).toBe(failed)
  expect(result.success_rate).toBe(succeeded / 40)
  expect(result.latency.e2e?.count).toBe(succeeded)
})

test('when the whole warm-up fails nothing is measured, and the reason is kept', async () => {
  const server = await serve(refuse('there is no model "odd"'))
  const result = await bench(server, { stream: false })
  expect(result).toMatchObject({
    requests: { sent: 0, succeeded: 0 },
    success_rate: null,
    duration_s: 0,
    warm_up: { sent: 2, failed: 2, errors: [{ kind: 'http_400', message: 'there is no model "odd"' }] },
  })
  expect(result.notes[0]).toContain('nothing was measured')
  expect(server.requests).toHaveLength(2)
})

test('nobody there is an error, with and without a model name', async () => {
  const server = await serve(good)
  await server.close()
  await expect(bench(server)).rejects.toMatchObject({ code: 'daemon_unreachable', exitCode: 3 })
  await expect(bench(server, { model: 'odd' })).rejects.toThrow(`cannot reach ${server.url}`)
})

test('a bad prompt file ends the run before anything is sent', async () => {
  const server = await serve(good)
  await expect(bench(server, { prompts: { kind: 'file', path: '/nonexistent.jsonl' } })).rejects.toThrow(
    'cannot read /nonexistent.jsonl: there is no such file',
  )
  expect(server.requests).toHaveLength(0)
})

test('a stop sends nothing more, waits for what is in flight and marks the result', async () => {
  const controller = new AbortController()
  const server = await serve((response, request) => {
    if (server.requests.length === 6) controller.abort()
    return good(response, request)
  })
  const result = await bench(server, { requests: 100_000, signal: controller.signal })
  expect(result.interrupted).toBe(true)
  expect(result.requests).toMatchObject({ failed: 0, cancelled: 0 })
  expect(result.requests.succeeded).toBe(server.requests.length - 2)
  expect(server.requests.length).toBeLessThan(10)
  expect(result.notes[0]).toContain('interrupted')
})

test('a server that ignores ignore_eos is told on', async () => {
  const server = await serve((response) =>
    startStream(response).end(textEvent('a') + finishEvent('stop') + usageEvent(1, 1) + doneEvent),
  )
  const result = await bench(server, { sampling: { ignoreEos: true } })
  expect(result.notes.join()).toContain('10 answers stopped early in spite of --ignore-eos')
})

test('several tokens in one event: TPOT by usage, no ITL, and the reason', async () => {
  const server = await serve((response) =>
    startStream(response).end(
      textEvent('four tokens').repeat(3) + finishEvent() + usageEvent(1, 12) + doneEvent,
    ),
  )
  const result = await bench(server)
  expect(result.stream).toMatchObject({
    tokens_per_event: 4,
    no_itl_because: expect.stringContaining('4.0 tokens'),
  })
  expect(result.latency.itl).toBeNull()
})

const open = { mode: 'open', arrival: 'poisson', rate: 400, burstiness: 1, requests: 30 } as const

test('open loop: a server that holds everything back still gets every request, and latency has the wait in it', async () => {
  const held: (() => void)[] = []
  // Nothing of the measured is answered before all 30 are here.
  const server = await serve((response, request) => {
    if (promptOf(request).includes('-w')) return good(response, request)
    held.push(() => good(response, request))
    if (held.length === 30) for (const answer of held) answer()
  })
  const result = await bench(server, { load: { ...open, maxConcurrency: 100 } })
  expect(result).toMatchObject({
    requests: { sent: 30, succeeded: 30 },
    configuration: { mode: 'open', concurrency: 100, arrivals: { arrival: 'poisson', rate: 400 } },
    dispatch: { scheduled: 30, waited: 0, in_flight_max: 30 },
    latency: { service_ttft: { count: 30 }, service_e2e: { count: 30 } },
  })
  expect(server.mostAtOnce()).toBe(30)
  for (const { due, start, e2e, end } of result.samples) {
    expect(start).toBeGreaterThanOrEqual(due!)
    expect(e2e).toBeLessThanOrEqual(end - due! + 0.01)
    expect(e2e).toBeGreaterThan(start - due!)
  }
  expect(result.latency.e2e!.max).toBeGreaterThanOrEqual(result.latency.service_e2e!.max)
})

test('open loop: the limit holds, the wait is counted and told, and a seed repeats the schedule', async () => {
  const server = await serve(good)
  const run = (seed: number) =>
    bench(server, {
      load: { ...open, rate: 100_000, maxConcurrency: 2 },
      sampling: { seed, ignoreEos: false },
    })
  const [first, again, other] = [await run(5), await run(5), await run(6)]
  expect(server.mostAtOnce()).toBeLessThanOrEqual(2)
  expect(first.dispatch!.in_flight_max).toBe(2)
  expect(first.dispatch!.waited).toBeGreaterThan(0)
  expect(first.dispatch!.backlog_max).toBeGreaterThan(0)
  expect(first.notes.join()).toContain('because 2 were in flight; the wait is part of their latency')
  const waited = first.samples.find(({ index }) => index === 29)!
  expect(waited.e2e).toBeGreaterThan(waited.start - waited.due!)
  const dues = ({ samples }: typeof first) =>
    samples.toSorted((left, right) => left.index - right.index).map(({ due }) => due)
  expect(dues(again)).toEqual(dues(first))
  expect(dues(other)).not.toEqual(dues(first))
})
