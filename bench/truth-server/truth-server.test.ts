import { afterAll, beforeAll, expect, test } from 'vitest'
import { runBench } from '../run.ts'
import type { BenchResult } from '../result.ts'
import { endpoints } from '../endpoints/registry.ts'
import { behaviours } from './behaviours.ts'
import { ollamaDurations } from './foreign-events.ts'
import { compareWithTruth } from './compare.ts'
import { startTruthServer, type TruthServer } from './truth-server.ts'

const shape = { tokens: 8, firstMs: 15, gapMs: 3 }
let server: TruthServer
beforeAll(async () => {
  server = await startTruthServer(shape)
})
afterAll(() => server.close())

const measure = async (model: string, concurrency: number, requests: number): Promise<BenchResult> => {
  server.truths.length = 0
  const endpoint = behaviours[model]?.endpoint ?? 'chat'
  return runBench(
    {
      url: server.url,
      model,
      endpoint,
      stream: endpoints[endpoint].framing !== 'none',
      load: { mode: 'closed', concurrency, requests },
      // Only a warm-up shows that the answers carry no counts.
      warmUp: behaviours[model]?.tokenizer === true ? 1 : 0,
      prompts: { kind: 'built-in' },
      sampling: { ignoreEos: false },
      timeoutMs: 20_000,
    },
    { signal: new AbortController().signal, version: '0.0.0', argv: [] },
  )
}

/**
 * Server and load generator share this process and its clock, so a true error is a pause between a write and its
 * read, and the run's own loop monitor has seen it. The 5 ms are its resolution and a busy machine's turn of the loop.
 */
const allowanceOf = (result: BenchResult): number => 5 + 2 * result.self_check.loop_lag_max_ms
/** Samples are rounded to microseconds. */
const rounding = 0.003

const all = Object.entries(behaviours).filter(([name]) => name !== 'embeddings')
const good = all.filter(([, { failure }]) => failure === undefined)
const bad = all.filter(([, { failure }]) => failure !== undefined)

test.each(good)('%s: counts exact, times within the stated error', async (name, behaviour) => {
  // So many answers that the cut has been at each byte of each event.
  const [concurrency, requests] = name === 'split-in-two' ? [8, 60] : [2, 6]
  const result = await measure(name, concurrency, requests)
  const { errors, trueEvents, trueTokens, trueGaps } = compareWithTruth(result, server.truths)
  const counted = behaviour.uncounted === undefined
  const told = counted && behaviour.tokenizer === undefined
  const source = told ? 'usage' : counted ? 'tokenizer' : 'events'
  expect(result.requests).toEqual({ sent: requests, succeeded: requests, failed: 0, cancelled: 0 })
  expect(result.tokens).toMatchObject({
    source,
    output: trueTokens,
    prompt: told ? requests * 12 : null,
  })
  expect(trueTokens).toBe(requests * shape.tokens)
  expect(result.stream.events).toBe(trueEvents)
  const allowed = allowanceOf(result)
  expect(errors.ttft).toHaveLength(requests)
  expect(errors.e2e).toHaveLength(requests)
  for (const error of [...errors.ttft, ...errors.e2e]) {
    // Before it was sent nothing can have been read: the clocks agree.
    expect(error).toBeGreaterThan(-rounding)
    expect(error).toBeLessThan(allowed)
  }
  expect(errors.tpot).toHaveLength(counted ? requests : 0)
  for (const error of errors.tpot) expect(Math.abs(error)).toBeLessThan(allowed / (shape.tokens - 1))
  expectGaps(result, trueGaps, allowed)
})

/** Gaps between reads add up to what the server made, however reads fell. */
const expectGaps = (
  { latency, stream, requests }: BenchResult,
  truth: { count: number; sum: number; max: number },
  allowed: number,
): void => {
  const gaps = latency.chunk_gap!
  expect(gaps.count).toBe(stream.events - stream.coalesced_events - requests.sent)
  expect(gaps.count).toBeLessThanOrEqual(truth.count)
  expect(Math.abs(gaps.count * gaps.mean - truth.sum)).toBeLessThan(requests.sent * allowed)
  expect(gaps.max).toBeLessThan(truth.max + 2 * allowed)
}

test.each(good.filter(([, { noItl }]) => noItl))('%s: no ITL is made up', async (name) => {
  const result = await measure(name, 2, 4)
  expect(result.latency.itl).toBeNull()
  expect(result.stream.no_itl_because).not.toBeNull()
})

test.each(good.filter(([, { noItl }]) => noItl !== true))('%s: gaps are tokens', async (name) => {
  const result = await measure(name, 1, 4)
  // On a machine that holds us up reads fall together, and then the bench has to say so.
  const coalesced = result.stream.coalesced_events > 0.05 * result.stream.events
  expect(result.latency.itl === null).toBe(coalesced)
})

test.each(bad)('%s: an error of its own class', async (name, { failure }) => {
  const result = await measure(name, 2, 4)
  expect(result.requests).toEqual({ sent: 4, succeeded: 0, failed: 4, cancelled: 0 })
  expect(result.errors.map(({ kind, count }) => [kind, count])).toEqual([[failure, 4]])
  expect(result.latency).toEqual(Object.fromEntries(Object.keys(result.latency).map((key) => [key, null])))
  const allowed = allowanceOf(result)
  for (const error of compareWithTruth(result, server.truths).errors.ttft) {
    expect(error).toBeGreaterThan(-rounding)
    expect(error).toBeLessThan(allowed)
  }
})

test('stamped: how late each event was read, to the error of TTFT and E2E; without stamps nothing is claimed', async () => {
  const result = await measure('stamped', 2, 4)
  const { delivery } = result.latency
  expect(delivery?.count).toBe(result.stream.events)
  expect(delivery!.max).toBeLessThan(allowanceOf(result))
  expect(result.verdict.checks.map(({ check }) => check)).toContain('delivery_p99_ms')
  expect((await measure('plain', 1, 1)).latency.delivery).toBeNull()
})

test('events of one write share a read; an unknown behaviour is a 404', async () => {
  const { stream } = await measure('coalesced', 2, 6)
  expect(stream.coalesced_events).toBeGreaterThanOrEqual((stream.events * 3) / 4)
  expect((await measure('nobody', 1, 1)).errors).toMatchObject([{ kind: 'http_404' }])
})

test('embeddings: E2E, vectors and prompt tokens are exact, and nothing is said of tokens that none made', async () => {
  const result = await measure('embeddings', 2, 6)
  const { errors } = compareWithTruth(result, server.truths)
  expect(result.requests).toMatchObject({ succeeded: 6, failed: 0 })
  expect(errors.e2e).toHaveLength(6)
  for (const error of errors.e2e) {
    expect(error).toBeGreaterThan(-rounding)
    expect(error).toBeLessThan(allowanceOf(result))
  }
  expect(result.tokens).toMatchObject({ source: 'usage', output: 0, prompt: 72 })
  const { inputs_per_second: inputs, requests_per_second: requests } = result.throughput
  expect(inputs! / requests).toBeCloseTo(3, 2)
  expect(result.latency).toMatchObject({ ttft: null, tpot: null, itl: null })
  expect(result.stream.no_itl_because).toBe('the answers were not streamed')
})

test("Ollama's own durations stand beside what was seen from here; a load time is no queue", async () => {
  const { server_timings: timings, finish_reasons: reasons } = await measure('ollama-chat', 1, 2)
  expect(timings).toEqual({
    prefill: ollamaDurations.prompt_eval_duration / 1e6,
    decode: ollamaDurations.eval_duration / 1e6,
  })
  expect(reasons).toEqual({ length: 2 })
})
