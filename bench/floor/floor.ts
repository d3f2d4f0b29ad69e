import { createLatency } from '../record/statistics.ts'
import { round } from '../record/statistics.ts'
import type { SelfCheck } from '../record/self-check.ts'

/** How requests of a run pass in time, as far as its warm-up told. */
export type Pace = { stream: boolean; events: number; firstMs: number; gapMs: number }

/** What one thread measured against a server that does nothing. Milliseconds. */
export type FloorPart = {
  streams: number
  durationMs: number
  events: number
  /** TTFT and E2E less the time that the server itself took. */
  ttft: number[]
  e2e: number[]
  /** From the server's stamp of an event to its arrival. */
  delays: number[]
  failed: number
  selfCheck: SelfCheck
}

type Figures = { p50: number; p99: number; max: number }

/**
 * What the load generator itself adds, measured against a server that does nothing, at the pace of the run. Null
 * where nothing of the kind was measured: no TTFT without streaming.
 */
export type Floor = {
  requests: number
  streams: number
  events_per_second: number
  duration_ms: number
  ttft: Figures | null
  e2e: Figures | null
  delivery: Figures | null
  loop_lag_p99_ms: number
  loop_utilization: number
}

/** Undefined when no request came through. */
export const summarizeFloor = (parts: FloorPart[]): Floor | undefined => {
  const requests = parts.reduce((sum, { e2e }) => sum + e2e.length, 0)
  if (requests === 0) return undefined
  const durationMs = Math.max(...parts.map((part) => part.durationMs))
  const events = parts.reduce((sum, part) => sum + part.events, 0)
  return {
    requests,
    streams: parts.reduce((sum, { streams }) => sum + streams, 0),
    events_per_second: round((events * 1000) / durationMs),
    duration_ms: round(durationMs),
    ttft: figuresOf(parts.flatMap(({ ttft }) => ttft)),
    e2e: figuresOf(parts.flatMap(({ e2e }) => e2e)),
    delivery: figuresOf(parts.flatMap(({ delays }) => delays)),
    loop_lag_p99_ms: Math.max(...parts.map(({ selfCheck }) => selfCheck.loop_lag_p99_ms)),
    loop_utilization: Math.max(...parts.map(({ selfCheck }) => selfCheck.loop_utilization)),
  }
}

const figuresOf = (values: number[]): Figures | null => {
  const latency = createLatency()
  for (const value of values) latency.record(value)
  const summary = latency.summary()
  return summary === undefined ? null : { p50: summary.p50, p99: summary.p99, max: summary.max }
}
