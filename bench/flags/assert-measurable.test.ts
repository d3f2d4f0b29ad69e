import { expect, test } from 'vitest'
import { parseThreshold } from '../thresholds.ts'
import { assertMeasurable } from './assert-measurable.ts'

const check = (expression: string, options: Parameters<typeof assertMeasurable>[1]) => () =>
  assertMeasurable([parseThreshold(expression)], options)

test('goodput without limits, and times of output without a stream, are refused before the run', () => {
  expect(check('goodput<90%', { stream: true, goodput: {} })).toThrow('--goodput ttft:500')
  expect(check('goodput_requests_per_second<9', { stream: true })).toThrow('--goodput')
  expect(check('ttft_p99>5', { stream: false })).toThrow('"ttft_p99>5": it needs streamed answers')
  expect(check('service_ttft_p99>5', { stream: false })).toThrow('streamed')
})

test('what a run can measure passes', () => {
  check('goodput<90%', { stream: false, goodput: { e2e: 5 } })()
  check('ttft_p99>5', { stream: true })()
  check('e2e_p99>5', { stream: false })()
  check('service_e2e_p99>5', { stream: false })()
})
