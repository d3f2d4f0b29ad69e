import { expect, test } from 'vitest'
import { createRecorder, type Recorded } from '../record/recorder.ts'
import { createLatency } from '../record/statistics.ts'
import { judgeRun, type RunFacts } from './judge-run.ts'

const recordedOf = (medianMs: number, changes: Partial<Recorded> = {}): Recorded => {
  const ttft = createLatency()
  ttft.record(medianMs)
  const empty = createRecorder().recorded()
  const latencies = { ...empty.latencies, ttft: ttft.summary() }
  return { ...empty, sent: 50, succeeded: 50, durationMs: 10_000, latencies, ...changes }
}
const quiet = { loop_lag_p99_ms: 1, loop_lag_max_ms: 5, loop_utilization: 0.1, gc_share: 0.01, gc_max_ms: 3 }
const judge = (changes: Partial<RunFacts> = {}) =>
  judgeRun({
    load: { mode: 'closed', concurrency: 4 },
    recorded: recordedOf(100),
    selfCheck: quiet,
    occupancy: { mean: 3.9, meanWhileSending: 3.99, byLatency: 3.88 },
    dispatch: undefined,
    ...changes,
  })
const dispatch = {
  scheduled: 50, rate_scheduled: 10, rate_achieved: 9.95, gap_cv: 1, lateness_p50_ms: 0, lateness_p99_ms: 1,
  lateness_max_ms: 2, waited: 0, wait_mean_ms: 0, wait_max_ms: 0, backlog_max: 0, in_flight_max: 4,
} // prettier-ignore
const open = { mode: 'open', arrival: 'poisson', rate: 10, burstiness: 1, maxConcurrency: 8 } as const
const judgeOpen = (changes: Partial<typeof dispatch>) =>
  judge({ load: open, dispatch: { ...dispatch, ...changes } })

test('a quiet run is valid, and its checks are told with their limits', () => {
  const { status, reasons, checks } = judge()
  expect([status, reasons]).toEqual(['VALID', []])
  expect(checks.map(({ check }) => check)).toEqual([
    'loop_lag_p99_ms',
    'loop_utilization',
    'gc_share',
    'littles_law_error',
    'concurrency_shortfall',
  ])
  expect(judgeOpen({}).status).toBe('VALID')
})

test.each<[string, string, Partial<RunFacts>]>([
  ['DEGRADED', 'lag P99 4.0 ms', { selfCheck: { ...quiet, loop_lag_p99_ms: 4 } }],
  ['INVALID', 'lag P99 21.0 ms', { selfCheck: { ...quiet, loop_lag_p99_ms: 21 } }],
  ['VALID', '', { selfCheck: { ...quiet, loop_lag_p99_ms: 21 }, recorded: recordedOf(2000) }],
  ['DEGRADED', 'busy 80.0 %', { selfCheck: { ...quiet, loop_utilization: 0.8 } }],
  ['INVALID', 'busy 95.0 %', { selfCheck: { ...quiet, loop_utilization: 0.95 } }],
  ['DEGRADED', 'garbage collection took 6.0 %', { selfCheck: { ...quiet, gc_share: 0.06 } }],
  ['DEGRADED', 'off by 6.0 %', { occupancy: { mean: 4, meanWhileSending: 4, byLatency: 3.76 } }],
  ['INVALID', "Little's law", { occupancy: { mean: 4, meanWhileSending: 4, byLatency: 3 } }],
  ['DEGRADED', '3.88 requests', { occupancy: { mean: 4, meanWhileSending: 3.88, byLatency: 4 } }],
  ['INVALID', '3.60 requests', { occupancy: { mean: 4, meanWhileSending: 3.6, byLatency: 4 } }],
  ['INVALID', 'no request succeeded', { recorded: recordedOf(1, { succeeded: 0 }) }],
])('%s: %s', (status, reason, changes) => {
  const verdict = judge(changes)
  expect(verdict.status).toBe(status)
  expect(verdict.reasons.join()).toContain(reason)
  expect(verdict.reasons).toHaveLength(reason === '' ? 0 : 1)
})

test('open loop: late dispatches, and a rate that was not reached', () => {
  expect(judgeOpen({ lateness_p99_ms: 5 })).toMatchObject({ status: 'DEGRADED' })
  expect(judgeOpen({ lateness_p99_ms: 30 })).toMatchObject({ status: 'INVALID' })
  expect(judgeOpen({ rate_achieved: 9.7 })).toMatchObject({ status: 'DEGRADED' })
  expect(judgeOpen({ rate_achieved: 8 })).toMatchObject({
    status: 'INVALID',
    reasons: ['8.00 requests/s left, not 10.00'],
  })
  const held = judgeOpen({ rate_achieved: 5, waited: 20 })
  expect(held).toMatchObject({ status: 'DEGRADED', reasons: [expect.stringContaining('held them back')] })
})

test('a short run is never called valid, nor invalid', () => {
  const recorded = recordedOf(100, { durationMs: 400 })
  expect(judge({ recorded })).toMatchObject({
    status: 'DEGRADED',
    reasons: ['the run lasted 0.40 s, too short to judge'],
  })
  expect(judge({ recorded, selfCheck: { ...quiet, loop_utilization: 1 } }).status).toBe('DEGRADED')
})
