import { expect, test } from 'vitest'
import { resultOf } from '../result.test-kit.ts'
import type { BenchResult } from '../result.ts'
import type { ServerMetrics } from '../server-metrics/server-metrics.ts'
import { poolServerMetrics } from './pool-server-metrics.ts'

const files = ['a.json', 'b.json', 'c.json']
const metricsOf = (changes: Partial<ServerMetrics> = {}): ServerMetrics => ({
  url: 'http://gpu:8000/metrics',
  server: 'vllm',
  times: { queue: { count: 20, mean: 4, p50: 3, p99: 9 } },
  output_tokens: 1000,
  gauges: { running: { mean: 4, max: 8 } },
  readings: 10,
  ...changes,
})
const partOf = (metrics: ServerMetrics | undefined, changes: Partial<BenchResult> = {}): BenchResult => ({
  ...resultOf({ tokens: { source: 'usage', output: 500, prompt: 90, cached_prompt: 0 } }),
  ...(metrics && { server_metrics: metrics }),
  ...changes,
})

test('one server: what the longest part read, and the gauges of all', () => {
  const longest = metricsOf({ output_tokens: 1010, gauges: { running: { mean: 7, max: 9 }, waiting: { mean: 1, max: 2 } }, readings: 20 }) // prettier-ignore
  const { server_metrics: pooled, note } = poolServerMetrics(
    [partOf(metricsOf(), { duration_s: 8 }), partOf(longest, { duration_s: 9 })],
    files,
  )
  expect(pooled).toEqual({
    ...longest,
    gauges: { running: { mean: 6, max: 9 }, waiting: { mean: 1, max: 2 } },
    readings: 30,
  })
  expect(note).toContain('those of b.json, which ran longest')
})

test('a part that did not look is no hindrance; no part looked: nothing is said', () => {
  expect(poolServerMetrics([partOf(undefined), partOf(metricsOf())], files)).toMatchObject({
    server_metrics: metricsOf(),
    note: expect.stringContaining('1 of 2 load generators'),
  })
  expect(poolServerMetrics([partOf(undefined), partOf(undefined)], files)).toEqual({})
})

const local = metricsOf({ url: 'http://127.0.0.1:8000/metrics' })
const elsewhere = { environment: { ...resultOf().environment, memory_bytes: 2 } }

test.each([
  [
    'another address',
    [partOf(metricsOf()), partOf(metricsOf({ url: 'http://gpu2:8000/metrics' }))],
    'different addresses',
  ],
  ['another kind', [partOf(metricsOf()), partOf(metricsOf({ server: 'sglang' }))], 'different kinds'],
  ['loopback of two machines', [partOf(local), partOf(local, elsewhere)], 'another server on each machine'],
  [
    'replicas behind one address',
    [partOf(metricsOf()), partOf(metricsOf({ output_tokens: 510 }))],
    'the server that b.json read made 510 of the 1000 tokens',
  ],
])('%s: left out, and the note says why', (_name, runs, reason) => {
  const { server_metrics: pooled, note } = poolServerMetrics(runs, files)
  expect(pooled).toBeUndefined()
  expect(note).toMatch(/^without server_metrics: /)
  expect(note).toContain(reason)
})

test('loopback on one machine is one server', () => {
  expect(poolServerMetrics([partOf(local), partOf(local)], files).server_metrics).toMatchObject({
    readings: 20,
  })
})
