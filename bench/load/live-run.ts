import type { Live } from '../wire/stream-reader.ts'

/** The run as it stands: written while measuring, read by whoever draws it. */
export type LiveRun = Live & {
  phase: 'connecting' | 'warm-up' | 'calibrating' | 'measuring' | 'counting' | 'done'
  /** Start of the present phase, on the clock of `performance.now()`. */
  phaseStartedAt: number
  inFlight: number
  succeeded: number
  failed: number
  /** Of answers that have ended. */
  outputTokens: number
  /** Brings the counters up to date where others count; for whoever draws. */
  refresh?: () => void
  /** What ends the run, where it is known. */
  requests: number | undefined
  durationMs: number | undefined
}

type Limits = { requests: number | undefined; durationMs: number | undefined }

/** What is counted, in the order in which threads share it. */
export const liveCounters = [
  'inFlight',
  'succeeded',
  'failed',
  'contentEvents',
  'outputTokens',
  'firstOutputs',
  'firstOutputMs',
] as const

const createCounters = (): Record<(typeof liveCounters)[number], number> => ({
  inFlight: 0,
  succeeded: 0,
  failed: 0,
  contentEvents: 0,
  outputTokens: 0,
  firstOutputs: 0,
  firstOutputMs: 0,
})

export const createLiveRun = (): LiveRun => ({
  phase: 'connecting',
  phaseStartedAt: performance.now(),
  ...createCounters(),
  requests: undefined,
  durationMs: undefined,
})

/** Counters start again with each phase: warming up is not part of the result. */
export const enterPhase = (
  live: LiveRun,
  phase: LiveRun['phase'],
  { requests, durationMs }: Limits,
): void => {
  Object.assign(live, createCounters(), { phase, requests, durationMs, phaseStartedAt: performance.now() })
}
