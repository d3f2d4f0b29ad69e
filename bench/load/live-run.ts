import type { Live } from '../wire/stream-reader.ts'

/** The run as it stands: written while measuring, read by whoever draws it. */
export type LiveRun = Live & {
  phase: 'connecting' | 'warm-up' | 'measuring' | 'done'
  /** Start of the present phase, on the clock of `performance.now()`. */
  phaseStartedAt: number
  inFlight: number
  succeeded: number
  failed: number
  /** Of answers that have ended. */
  outputTokens: number
  /** What ends the run, where it is known. */
  requests: number | undefined
  durationMs: number | undefined
}

type Limits = { requests: number | undefined; durationMs: number | undefined }

export const createLiveRun = (): LiveRun => ({
  phase: 'connecting',
  phaseStartedAt: performance.now(),
  inFlight: 0,
  succeeded: 0,
  failed: 0,
  contentEvents: 0,
  outputTokens: 0,
  requests: undefined,
  durationMs: undefined,
})

/** Counters start again with each phase: warming up is not part of the result. */
export const enterPhase = (
  live: LiveRun,
  phase: LiveRun['phase'],
  { requests, durationMs }: Limits,
): void => {
  const counters = { inFlight: 0, succeeded: 0, failed: 0, contentEvents: 0, outputTokens: 0 }
  Object.assign(live, counters, { phase, requests, durationMs, phaseStartedAt: performance.now() })
}
