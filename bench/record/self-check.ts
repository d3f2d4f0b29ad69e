import {
  monitorEventLoopDelay,
  PerformanceObserver,
  type EventLoopUtilization,
  type PerformanceEntry,
} from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { round } from './statistics.ts'

/** How much the load generator itself was late. A late loop stamps tokens late. */
export type SelfCheck = {
  loop_lag_p99_ms: number
  loop_lag_max_ms: number
  loop_utilization: number
  /** Share of the time that garbage collection stopped us, and the longest stop. */
  gc_share: number
  gc_max_ms: number
}

/** Of a run that sent nothing. */
export const emptySelfCheck: SelfCheck = {
  loop_lag_p99_ms: 0,
  loop_lag_max_ms: 0,
  loop_utilization: 0,
  gc_share: 0,
  gc_max_ms: 0,
}

/** Of several threads: the worst of each, because one late thread is enough. */
export const joinSelfChecks = (checks: SelfCheck[]): SelfCheck => {
  const worst = (key: keyof SelfCheck): number => Math.max(...checks.map((check) => check[key]))
  return {
    loop_lag_p99_ms: worst('loop_lag_p99_ms'),
    loop_lag_max_ms: worst('loop_lag_max_ms'),
    loop_utilization: worst('loop_utilization'),
    gc_share: worst('gc_share'),
    gc_max_ms: worst('gc_max_ms'),
  }
}

/**
 * The monitor's own timer, whose period is part of every value that it reports. At 2 ms it wakes the thread so often that
 * answers after 5 ms came 0.1 ms later (measured on 2 cores); from 5 ms on it is not to be seen.
 */
const resolutionMs = 5

/**
 * The monitor sees a pause only between two turns of its timer: one turn is waited for before the measurement and
 * one after it, or pauses at the very beginning and end would go unseen.
 */
const settle = (): Promise<void> => setTimeout(2 * resolutionMs)

export const startSelfCheck = async (): Promise<{ stop(idleMs: number): Promise<SelfCheck> }> => {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  const before = performance.eventLoopUtilization()
  delay.enable()
  const collections = observeCollections()
  const startedAt = performance.now()
  await settle()
  return {
    // `idleMs`: time in which the loop went round waiting for a moment; it looks like work and is none.
    async stop(idleMs) {
      await settle()
      delay.disable()
      const { totalMs, longestMs } = collections.stop()
      const lag = (nanoseconds: number): number => round(Math.max(0, nanoseconds / 1e6 - resolutionMs))
      const samples = delay.count > 0
      return {
        loop_lag_p99_ms: samples ? lag(delay.percentile(99)) : 0,
        loop_lag_max_ms: samples ? lag(delay.max) : 0,
        loop_utilization: round(utilizationSince(before, idleMs)),
        gc_share: round(totalMs / (performance.now() - startedAt)),
        gc_max_ms: round(longestMs),
      }
    },
  }
}

const observeCollections = (): { stop(): { totalMs: number; longestMs: number } } => {
  let totalMs = 0
  let longestMs = 0
  const count = (entries: PerformanceEntry[]): void => {
    for (const { duration } of entries) {
      totalMs += duration
      longestMs = Math.max(longestMs, duration)
    }
  }
  const observer = new PerformanceObserver((list) => count(list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  return {
    stop() {
      count(observer.takeRecords())
      observer.disconnect()
      return { totalMs, longestMs }
    },
  }
}

const utilizationSince = (before: EventLoopUtilization, idleMs: number): number => {
  const { active, idle } = performance.eventLoopUtilization(before)
  return active + idle > 0 ? Math.max(0, active - idleMs) / (active + idle) : 0
}
