import { expect, test } from 'vitest'
import type { LatencySummary } from '../record/statistics.ts'
import { resultOf } from '../result.test-kit.ts'
import { renderReport } from './report.ts'

const none: [null, null] = [null, null]
const summary = (middle: number) => ({
  count: 10,
  min: middle,
  mean: middle,
  p50: middle,
  p90: middle,
  p95: middle,
  p99: middle,
  max: middle,
  uncertain: ['p90' as const, 'p95' as const, 'p99' as const],
  confidence: {
    p50: [middle, middle],
    p90: none,
    p95: none,
    p99: none,
  } satisfies LatencySummary['confidence'],
})

test('a whole report, letter by letter', () => {
  const notes = [
    'built-in prompts; each begins differently (nonce abc123), so that a prefix cache cannot skip them',
  ]
  expect(`\n${renderReport(resultOf({ notes }), 80)}\n`).toBe(`
VALID  sluice bench: pocket at http://127.0.0.1:8080/v1
closed loop, 4 in flight, chat, streaming, at most 64 tokens

  Requests            200 succeeded, 0 failed
  Success rate        100.0 %
  Duration            24.50 s after 4 warm-up requests
  Requests/s          8.16
  Output tokens/s     522.4
  Total tokens/s      685.7
  Output tokens       12,800 (64.0 a request), counted by the server
  Prompt tokens       4,000 (20.0 a request), 12.0 % from the server's cache
  Server's own time   queue 0.2 ms, prefill 31.3 ms, decode 440.0 ms; seen from
                      here TTFT 42.0 ms, then 462.0 ms (means)
  Steady state        none: the output per second fell by 20 % about 50 %
                      through

┌──────┬───────┬───────┬───────┬───────┬───────┬──────────┬─────────┐
│ ms   │   min │  mean │   P50 │   P90 │   P95 │      P99 │     max │
├──────┼───────┼───────┼───────┼───────┼───────┼──────────┼─────────┤
│ TTFT │  20.0 │  42.0 │  40.0 │  60.0 │  72.0 │   ~100.0 │   120.0 │
│ TPOT │  3.50 │  7.35 │  7.00 │ 10.50 │ 12.60 │   ~17.50 │   21.00 │
│ ITL  │  3.25 │  6.83 │  6.50 │  9.75 │ 11.70 │    16.25 │   19.50 │
│ E2E  │ 240.0 │ 504.0 │ 480.0 │ 720.0 │ 864.0 │ ~1,200.0 │ 1,440.0 │
└──────┴───────┴───────┴───────┴───────┴───────┴──────────┴─────────┘
┌───────────┬─────────────┬─────────────┬─────────────┬─────────────┐
│ 95 % sure │         P50 │         P90 │         P95 │         P99 │
├───────────┼─────────────┼─────────────┼─────────────┼─────────────┤
│ TTFT      │   36.0–44.0 │   56.0–64.0 │   68.0–80.0 │      88.0–? │
│ TPOT      │   6.30–7.70 │  9.80–11.20 │ 11.90–14.00 │     15.40–? │
│ ITL       │   5.85–7.15 │  9.10–10.40 │ 11.05–13.00 │ 14.30–18.20 │
│ E2E       │ 432.0–528.0 │ 672.0–768.0 │ 816.0–960.0 │   1,056.0–? │
└───────────┴─────────────┴─────────────┴─────────────┴─────────────┘
~ too few samples to vouch for it (P50 needs 8, P90 46, P95 93, P99 473)

- built-in prompts; each begins differently (nonce abc123), so that a prefix
  cache cannot skip them
`)
})

test('without ITL the gaps between chunks stand in its place', () => {
  const result = resultOf()
  const report = renderReport({ ...result, latency: { ...result.latency, itl: null } })
  expect(report).toContain('│ Chunk gap │')
  expect(report).not.toContain('ITL')
})

test('answers in one piece show E2E alone, and no token rate where nothing counts tokens', () => {
  const report = renderReport(
    resultOf({
      latency: {
        ttft: null,
        tpot: null,
        itl: null,
        chunk_gap: null,
        e2e: summary(20_000),
        service_ttft: null,
        service_e2e: null,
        delivery: null,
      },
      tokens: { source: 'none', output: 0, prompt: null, cached_prompt: null },
      throughput: { requests_per_second: 1, output_tokens_per_second: null, total_tokens_per_second: null },
      server_timings: {},
    }),
  )
  expect(report).toContain('│ E2E │ 20,000 │ 20,000 │ 20,000 │ ~20,000 │')
  expect(report).not.toMatch(/TTFT|TPOT|Chunk gap|tokens\/s|Output tokens|Prompt tokens|Server/)
})

test('errors by kind, thresholds, interruption and what was given up', () => {
  const report = renderReport(
    resultOf({
      interrupted: true,
      requests: { sent: 20, succeeded: 14, failed: 4, cancelled: 2 },
      success_rate: 14 / 18,
      errors: [
        { kind: 'http_429', count: 3, message: 'the queue is full', messages: 1 },
        { kind: 'truncated', count: 1, message: 'cut', messages: 3 },
      ],
      thresholds: [
        { expression: 'ttft_p99>500', metric: 'ttft_p99', limit: 500, actual: 100.12345, passed: true },
        { expression: 'itl_p50>5', metric: 'itl_p50', limit: 5, actual: null, passed: false },
      ],
    }),
  )
  expect(report).toContain('streaming, at most 64 tokens, INTERRUPTED')
  expect(report).toContain('14 succeeded, 4 failed, 2 given up')
  expect(report).toContain('Success rate        77.8 %')
  expect(report).toContain(
    'Errors\n       3  http_429          the queue is full\n       1  truncated         cut (and 2 other messages)',
  )
  expect(report).toContain(
    'PASS  fail if ttft_p99>500  (measured 100.123 ms, from too few samples)\nFAIL  fail if itl_p50>5  (not measured)',
  )
})

test('a run that measured nothing says why and has no empty table', () => {
  const none = {
    ttft: null,
    tpot: null,
    itl: null,
    chunk_gap: null,
    e2e: null,
    service_ttft: null,
    service_e2e: null,
    delivery: null,
  }
  const errors = [{ kind: 'http_404' as const, count: 4, message: 'no such model', messages: 1 }]
  const report = renderReport(
    resultOf({
      warm_up: { sent: 4, failed: 4, errors },
      requests: { sent: 0, succeeded: 0, failed: 0, cancelled: 0 },
      success_rate: null,
      latency: none,
      tokens: { source: 'none', output: 0, prompt: null, cached_prompt: null },
    }),
  )
  expect(report).toContain('Errors while warming up\n       4  http_404          no such model')
  expect(report).not.toMatch(/┌|NaN|Success rate/)
})

test('nearly all is not all', () => {
  expect(renderReport(resultOf({ success_rate: 0.9999 }))).toContain('99.9 %')
})

test('a verdict that is not VALID stands first, and its reasons below the figures', () => {
  const verdict = { status: 'DEGRADED' as const, reasons: ['it was late'], checks: [] }
  const report = renderReport(resultOf({ verdict, notes: ['a note'] }))
  expect(report).toMatch(/^DEGRADED  sluice bench: pocket/)
  expect(report).toMatch(/- DEGRADED: it was late\n\n- a note$/)
})
