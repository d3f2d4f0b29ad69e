import type { BenchResult } from '../result.ts'

/** Milliseconds of wall clock. */
export type Clock = {
  /** When the first of them began. */
  startMs: number
  durationMs: number
  /** How much of the shortest run all of them were running, between 0 and 1. */
  overlap: number
  /** For each run, how much later than the first it began. */
  offsets: number[]
}

/** Lays runs over each other by their machines' wall clocks, which NTP keeps within milliseconds of each other. */
export const layOver = (runs: BenchResult[]): Clock => {
  const starts = runs.map(({ started_at: startedAt }) => Date.parse(startedAt))
  const ends = runs.map(({ duration_s: duration }, index) => starts[index]! + duration * 1000)
  const startMs = Math.min(...starts)
  const shared = Math.max(0, Math.min(...ends) - Math.max(...starts))
  const shortest = Math.min(...runs.map(({ duration_s: duration }) => duration * 1000))
  return {
    startMs,
    durationMs: Math.max(...ends) - startMs,
    overlap: shortest > 0 ? shared / shortest : 0,
    offsets: starts.map((start) => start - startMs),
  }
}
