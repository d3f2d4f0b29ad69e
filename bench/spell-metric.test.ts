import { expect, test } from 'vitest'
import { parseGoodput } from './goodput.ts'
import { parseThreshold } from './thresholds.ts'

test.each([
  ['ttft_p99>500', 'ttft_p99'],
  ['ttft.p99>0.5s', 'ttft_p99'],
  ['ttft.p(99)>500', 'ttft_p99'],
  ['p99_ttft_ms>500', 'ttft_p99'],
  ['median_e2el_ms>500', 'e2e_p50'],
  ['mean_itl_ms>50', 'chunk_gap_mean'],
  ['e2el_p95>500', 'e2e_p95'],
  ['time_to_first_token.avg>500', 'ttft_mean'],
  ['inter_token_latency_p95>50', 'tpot_p95'],
  ['request_latency_max>5s', 'e2e_max'],
  ['http_req_duration.p(95)>500', 'e2e_p95'],
  ['http_req_failed>1%', 'error_rate'],
  ['request_throughput<10', 'requests_per_second'],
  ['output_throughput<100', 'output_tokens_per_second'],
  ['request_goodput<5', 'goodput_requests_per_second'],
  ['goodput<95%', 'goodput'],
  ['service_ttft_p50>1', 'service_ttft_p50'],
])('--fail-if %s is about %s', (expression, metric) => {
  expect(parseThreshold(expression).metric).toBe(metric)
})

test.each(['std_ttft_ms>1', 'latency_p95>1', 'ttft_p42>1', 'constructor>1', '__proto___p50>1'])(
  '%s is no metric, and the message repeats it as it was written',
  (expression) => {
    expect(() => parseThreshold(expression)).toThrow(`no metric "${expression.replace(/>.*/, '')}"`)
  },
)

test("--goodput takes vLLM's and AIPerf's names", () => {
  expect(parseGoodput(['ttft:500', 'tpot:50', 'e2el:5000'])).toEqual({ ttft: 500, tpot: 50, e2e: 5000 })
  expect(parseGoodput(['time_to_first_token:100 inter_token_latency:3.4', 'request_latency:900'])).toEqual({
    ttft: 100,
    tpot: 3.4,
    e2e: 900,
  })
})
