import type { Floor } from './floor/floor.ts'
import type { Steady } from './steady/steady-figures.ts'

/** A run that kept its level for most of its time. */
export const steadyOf = (): Steady => ({
  reason: null,
  found: {
    from_s: 1.5,
    to_s: 20,
    requests: 160,
    throughput: { requests_per_second: 9, output_tokens_per_second: 600 },
    latency: { ttft: null, tpot: null, e2e: null },
  },
})

export const floorOf = (): Floor => ({
  requests: 40,
  streams: 4,
  events_per_second: 500,
  duration_ms: 600,
  ttft: { p50: 0.4, p99: 1.2, max: 2 },
  e2e: null,
  delivery: null,
  loop_lag_p99_ms: 1,
  loop_utilization: 0.05,
})
