import { coefficientOfVariation } from '../arrivals/distributions.ts'
import type { Dispatch } from '../load/open-loop.ts'
import { round } from './statistics.ts'

/** How an open loop kept its schedule. Milliseconds, and requests per second; of sessions, sessions per second. */
export type DispatchSummary = {
  scheduled: number
  /** Over the schedule, a ramp included. */
  rate_scheduled: number | null
  /** The same number of requests over the time in which they really left. */
  rate_achieved: number | null
  /** Coefficient of variation of the gaps between dispatches: 0 constant, 1 Poisson. */
  gap_cv: number | null
  /** From due to taken up by the load generator: its own doing. Of sessions those of every turn. */
  lateness_p50_ms: number
  lateness_p99_ms: number
  lateness_max_ms: number
  /** Requests that waited because as many as allowed were in flight, and for how long; it is part of their latency. */
  waited: number
  wait_mean_ms: number
  wait_max_ms: number
  backlog_max: number
  in_flight_max: number
}

/** `dues` and `starts` belong together, in any order and on one clock; a request that was never sent is in neither. */
export type OpenDispatch = Dispatch & { scheduled: number; dues: number[]; starts: number[] }

/** What several threads kept of one schedule; backlog and most in flight are sums of what each saw. */
export const joinDispatches = (parts: OpenDispatch[]): OpenDispatch => ({
  late: parts.flatMap(({ late }) => late),
  waits: parts.flatMap(({ waits }) => waits),
  backlog: parts.reduce((sum, { backlog }) => sum + backlog, 0),
  mostInFlight: parts.reduce((sum, { mostInFlight }) => sum + mostInFlight, 0),
  idleMs: parts.reduce((sum, { idleMs }) => sum + idleMs, 0),
  scheduled: parts.reduce((sum, { scheduled }) => sum + scheduled, 0),
  dues: parts.flatMap(({ dues }) => dues),
  starts: parts.flatMap(({ starts }) => starts),
})

export const summarizeDispatch = (joined: OpenDispatch): DispatchSummary => {
  const { late, waits, backlog, mostInFlight, scheduled, dues, starts } = joined
  const sortedLate = late.toSorted((left, right) => left - right)
  const sortedStarts = starts.toSorted((left, right) => left - right)
  return {
    scheduled,
    rate_scheduled: rateOf(dues.toSorted((left, right) => left - right)),
    rate_achieved: rateOf(sortedStarts),
    gap_cv: sortedStarts.length < 3 ? null : round(coefficientOfVariation(gapsOf(sortedStarts))),
    lateness_p50_ms: rankOf(sortedLate, 0.5),
    lateness_p99_ms: rankOf(sortedLate, 0.99),
    lateness_max_ms: rankOf(sortedLate, 1),
    waited: waits.length,
    wait_mean_ms: waits.length === 0 ? 0 : round(waits.reduce((sum, wait) => sum + wait, 0) / waits.length),
    wait_max_ms: round(waits.reduce((most, wait) => Math.max(most, wait), 0)),
    backlog_max: backlog,
    in_flight_max: mostInFlight,
  }
}

const gapsOf = (times: number[]): number[] => times.slice(1).map((time, index) => time - times[index]!)

const rankOf = (sorted: number[], share: number): number =>
  sorted.length === 0 ? 0 : round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!)

const rateOf = (sorted: number[]): number | null => {
  const span = (sorted.at(-1) ?? 0) - (sorted[0] ?? 0)
  return span > 0 ? round(((sorted.length - 1) * 1000) / span) : null
}
