/** More make the window's edge smoother and cost a little memory each. */
const buckets = 10

export type FailureWindow = {
  record(isFailure: boolean, now: number): void
  /** Of the last window; `inARow` counts back from the latest call, however long ago. */
  counts(now: number): { calls: number; failures: number; inARow: number }
  clear(): void
}

/** Calls and failures of the last while, in a ring of buckets: constant memory, whatever the load. */
export function createFailureWindow(windowMs: number): FailureWindow {
  const width = windowMs / buckets
  const ring = Array.from({ length: buckets }, () => ({ turn: -1, calls: 0, failures: 0 }))
  let inARow = 0
  return {
    record(isFailure, now) {
      const turn = Math.floor(now / width)
      const bucket = ring[turn % buckets]!
      if (bucket.turn !== turn) Object.assign(bucket, { turn, calls: 0, failures: 0 })
      bucket.calls += 1
      if (isFailure) bucket.failures += 1
      inARow = isFailure ? inARow + 1 : 0
    },
    counts(now) {
      const oldest = Math.floor(now / width) - buckets
      let calls = 0
      let failures = 0
      for (const bucket of ring) {
        if (bucket.turn <= oldest) continue
        calls += bucket.calls
        failures += bucket.failures
      }
      return { calls, failures, inARow }
    },
    clear() {
      for (const bucket of ring) bucket.turn = -1
      inARow = 0
    },
  }
}
