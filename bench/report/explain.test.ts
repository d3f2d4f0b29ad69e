import { expect, test } from 'vitest'
import { resultOf } from '../result.test-kit.ts'
import { renderExplanation } from './explain.ts'

test('each figure that was measured, its definition, its value and what is not in it', () => {
  const result = resultOf({
    requests: { sent: 210, succeeded: 202, failed: 5, cancelled: 3 },
    errors: [{ kind: 'http_500', count: 5, message: 'no', messages: 1 }],
    error_rate: 5 / 207,
  })
  const text = renderExplanation([result], 200)
  expect(text).toContain('TTFT              from the dispatch, in an open loop')
  expect(text).toContain(
    '= P50 40.00 ms, of 200 of 210 requests; not in it: 5 failed, 3 were cancelled, 2 had no output',
  )
  expect(text).toContain('= 2.4 %: 5 failed, http_500 5')
  expect(text).toContain('4 warm-up requests, sent before the clock started')
  expect(text).not.toContain('Goodput')
  expect(text).not.toContain('Chunk gap')
})

test('a reason stands where there is no ITL, and loads are told apart', () => {
  const base = resultOf()
  const coarse = resultOf({
    latency: { ...base.latency, itl: null },
    stream: { ...base.stream, no_itl_because: 'events hold 3.2 tokens' },
  })
  const other = resultOf({ configuration: { ...base.configuration, concurrency: 16 } })
  const text = renderExplanation([coarse, other], 200)
  expect(text).toContain('concurrency 4: none: events hold 3.2 tokens')
  expect(text).toContain('concurrency 16: P50 6.50 ms, of 12,600 gaps')
  expect(text.match(/^TTFT/gm)).toHaveLength(1)
})

test('what was never measured says why', () => {
  const base = resultOf()
  const whole = resultOf({ latency: { ...base.latency, ttft: null, tpot: null, itl: null, chunk_gap: null } })
  expect(renderExplanation([whole], 200)).toContain(
    'not measured: all 200 answers had no output or were not streamed',
  )
})
