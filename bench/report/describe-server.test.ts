import { expect, test } from 'vitest'
import { resultOf } from '../result.test-kit.ts'
import { countedBy, describeChunks } from './describe-tokens.ts'
import { describeServerMetrics } from './describe-server.ts'
import { renderPage } from './html/page.ts'
import { renderReport } from './report.ts'

const metrics = {
  url: 'http://127.0.0.1:8000/metrics',
  server: 'vllm',
  times: {
    queue: { count: 200, mean: 12.34, p50: null, p99: null },
    prefill: { count: 200, mean: 30, p50: null, p99: null },
    decode: { count: 200, mean: 400, p50: null, p99: null },
    inference: { count: 200, mean: 430, p50: null, p99: null },
    ttft: { count: 200, mean: 45, p50: 40.1, p99: 99.5 },
  },
  cache_hit_rate: 0.123,
  preemptions: 0,
  gauges: {
    running: { mean: 3.6, max: 4 },
    waiting: { mean: 0.5, max: 2 },
    kv_usage: { mean: 0.1, max: 0.42 },
  },
  readings: 24,
} as const

test('the server’s figures, each in a line; what is part of another or nothing is left out', () => {
  expect(describeServerMetrics(resultOf({ server_metrics: metrics }))).toEqual([
    ['Queue', 'mean 12.3 ms'],
    ['Prefill', 'mean 30.0 ms'],
    ['Decode', 'mean 400.0 ms'],
    ['TTFT', 'mean 45.0 ms; by its buckets P50 40.1, P99 99.5'],
    ['From prefix cache', '12.3 %'],
    ['Running', '3.6 on average, 4 at most'],
    ['Waiting', '0.5 on average, 2 at most'],
    ['KV cache', '10.0 % used on average, 42.0 % at most'],
  ])
  expect(describeServerMetrics(resultOf())).toEqual([])
})

test('they stand on the page and on the screen, and without them nothing does', () => {
  const result = resultOf({ server_metrics: metrics })
  expect(renderPage([result])).toContain('own figures (vllm, all its clients)')
  expect(renderReport(result)).toContain('  KV cache            10.0 % used on average')
  expect(renderPage([resultOf()])).not.toContain('own figures')
})

test('how far a count of chunks would be off is told from 1 % on', () => {
  const { tokens, stream } = resultOf()
  const of = (events: number) =>
    describeChunks(
      resultOf({
        tokens: { ...tokens, source: 'tokenizer', output: 1000 },
        stream: { ...stream, events, tokens_per_event: 1000 / events },
      }),
    )
  expect(of(1005)).toBe('')
  expect(of(250)).toBe('; 250 stream events, 75.0 % fewer')
  expect(of(1100)).toBe('; 1,100 stream events, 10.0 % more')
  expect(countedBy.tokenizer).toContain('tokenizer')
})
