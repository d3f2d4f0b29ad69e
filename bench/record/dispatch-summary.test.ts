import { expect, test } from 'vitest'
import { summarizeDispatch } from './dispatch-summary.ts'

test('rates, lateness and waits', () => {
  const dispatch = { late: [3, 1, 2, 0], waits: [10, 30], backlog: 2, mostInFlight: 4, idleMs: 9 }
  const summary = summarizeDispatch({
    ...dispatch,
    scheduled: 5,
    dues: [0, 10, 20, 30],
    starts: [40, 0, 10, 20],
  })
  expect(summary).toEqual({
    scheduled: 5,
    rate_scheduled: 100,
    rate_achieved: 75,
    gap_cv: 0.433,
    lateness_p50_ms: 1,
    lateness_p99_ms: 3,
    lateness_max_ms: 3,
    waited: 2,
    wait_mean_ms: 20,
    wait_max_ms: 30,
    backlog_max: 2,
    in_flight_max: 4,
  })
})

test('nothing sent', () => {
  const dispatch = { late: [], waits: [], backlog: 0, mostInFlight: 0, idleMs: 0 }
  expect(summarizeDispatch({ ...dispatch, scheduled: 3, dues: [], starts: [] })).toMatchObject({
    rate_achieved: null,
    gap_cv: null,
    lateness_max_ms: 0,
  })
})
