import { expect, test } from 'vitest'
import { AppError } from '../src/errors.ts'
import { resultOf } from './result.test-kit.ts'
import { evaluateThresholds, parseThreshold } from './thresholds.ts'

test.each([
  ['ttft_p99>500', { metric: 'ttft_p99', operator: '>', limit: 500 }],
  ['  itl_mean >= 0.5 ms ', { metric: 'itl_mean', operator: '>=', limit: 0.5 }],
  ['e2e.p95>1.5s', { metric: 'e2e_p95', operator: '>', limit: 1500 }],
  ['tpot_max>250us', { metric: 'tpot_max', operator: '>', limit: 0.25 }],
  ['chunk_gap.p50>9', { metric: 'chunk_gap_p50', operator: '>', limit: 9 }],
  ['error_rate>1%', { metric: 'error_rate', operator: '>', limit: 0.01 }],
  ['SUCCESS_RATE<0.99', { metric: 'success_rate', operator: '<', limit: 0.99 }],
  ['requests_per_second<=3', { metric: 'requests_per_second', operator: '<=', limit: 3 }],
  ['output_tokens_per_second<100', { metric: 'output_tokens_per_second', operator: '<', limit: 100 }],
])('%s', (expression, expected) => {
  expect(parseThreshold(expression)).toEqual({ expression, ...expected })
})

test.each([
  ['ttft_p99', 'Quote it'],
  ['', 'Quote it'],
  ['ttft_p99>', 'expected a metric'],
  ['ttft_p99>fast', 'expected a metric'],
  ['ttft_p99=>5', 'expected a metric'],
  ['ttft_p99>-5', 'expected a metric'],
  ['5>ttft_p99', 'expected a metric'],
  [
    'ttft_p98>5',
    'there is no metric "ttft_p98". Metrics: {ttft,tpot,itl,chunk_gap,e2e,service_ttft,service_e2e,delivery}_{min,mean,',
  ],
  ['ttft_p99>5%', '"%" is no unit here; use ms, s, us'],
  ['error_rate>5ms', '"ms" is no unit here; use %'],
  ['requests_per_second<5s', '"s" is no unit here; leave it out'],
])('"%s" is refused with a reason', (expression, reason) => {
  const parse = () => parseThreshold(expression)
  expect(parse).toThrow(AppError)
  expect(parse).toThrow(reason)
})

const check = (expression: string, changes = {}) =>
  evaluateThresholds([parseThreshold(expression)], resultOf(changes))[0]

test.each([
  ['ttft_p99>100', true],
  ['ttft_p99>=100', false],
  ['ttft_p99>99.9', false],
  ['ttft_p99<100', true],
  ['ttft_p99<=100', false],
  ['requests_per_second<8', true],
  ['requests_per_second<9', false],
  ['success_rate<100%', true],
])('%s on a run with a TTFT P99 of 100 ms and 8.163 requests/s: passed %s', (expression, passed) => {
  expect(check(expression)).toMatchObject({ expression, passed })
})

test('a metric that was not measured does not pass', () => {
  const latency = { ...resultOf().latency, itl: null }
  expect(check('itl_p99>1000', { latency })).toMatchObject({ actual: null, passed: false })
  expect(check('error_rate>50%', { error_rate: null })).toMatchObject({ actual: null, passed: false })
})
