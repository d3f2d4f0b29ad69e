import { monitorEventLoopDelay, type EventLoopUtilization } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { round } from './statistics.ts'

/** How much the load generator itself was late. A late loop stamps tokens late. */
export type SelfCheck = { loop_lag_p99_ms: number; loop_lag_max_ms: number; loop_utilization: number }

/** The monitor's own timer, whose period is part of every value that it reports. */
const resolutionMs = 2

/**
 * The monitor sees a pause only between two turns of its timer: one turn is waited for before the measurement and
 * one after it, or pauses at the very beginning and end would go unseen.
 */
const settle = (): Promise<void> => setTimeout(2 * resolutionMs)

export const startSelfCheck = async (): Promise<{ stop(idleMs: number): Promise<SelfCheck> }> => {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  const before = performance.eventLoopUtilization()
  delay.enable()
  await settle()
  return {
    // `idleMs`: time in which the loop went round waiting for a moment; it looks like work and is none.
    async stop(idleMs) {
      await settle()
      delay.disable()
      const lag = (nanoseconds: number): number => round(Math.max(0, nanoseconds / 1e6 - resolutionMs))
      const samples = delay.count > 0
      return {
        loop_lag_p99_ms: samples ? lag(delay.percentile(99)) : 0,
        loop_lag_max_ms: samples ? lag(delay.max) : 0,
        loop_utilization: round(utilizationSince(before, idleMs)),
      }
    },
  }
}

const utilizationSince = (before: EventLoopUtilization, idleMs: number): number => {
  const { active, idle } = performance.eventLoopUtilization(before)
  return active + idle > 0 ? Math.max(0, active - idleMs) / (active + idle) : 0
}

/** Timers on an idle machine are late by one to two milliseconds at P99; lag below this says nothing. */
const noticeableLagMs = 3

/** One line for the reader when lag may have bent a latency of this size. `shortestMs`: the shortest median shown. */
export const explainLag = (check: SelfCheck, shortestMs: number | undefined): string | undefined => {
  const lag = check.loop_lag_p99_ms
  if (lag > Math.max(noticeableLagMs, 0.1 * (shortestMs ?? 0))) {
    return `the load generator was late itself (event loop lag P99 ${lag.toFixed(1)} ms, max ${check.loop_lag_max_ms.toFixed(1)} ms); latencies may be overstated. Use fewer connections or a quieter machine`
  }
  if (check.loop_utilization > 0.9) {
    return `the load generator was busy ${(check.loop_utilization * 100).toFixed(0)} % of the time; it may have limited the throughput`
  }
  return undefined
}
