/** Keeps requests from waiting for somebody who does not answer anyway. */
export type Circuit = {
  /** False: do not ask. While half open, only the first to come may ask. */
  tryEnter(now: number): boolean
  succeed(): void
  fail(now: number): void
  /** Neither: who asked did not want the answer any more. */
  leave(): void
  isOpen(): boolean
}

/** Failures in a row that open it. */
const threshold = 3
const firstPauseMs = 5000
const longestPauseMs = 120_000

export function createCircuit(): Circuit {
  let failures = 0
  let pauseMs = firstPauseMs
  let openUntil: number | undefined
  let isProbing = false
  return {
    tryEnter(now) {
      if (openUntil === undefined) return true
      if (now < openUntil || isProbing) return false
      isProbing = true
      return true
    },
    succeed() {
      failures = 0
      pauseMs = firstPauseMs
      openUntil = undefined
      isProbing = false
    },
    fail(now) {
      failures += 1
      // Those that were on their way when it opened say nothing new.
      if (openUntil !== undefined && !isProbing) return
      if (!isProbing && failures < threshold) return
      pauseMs = isProbing ? Math.min(longestPauseMs, pauseMs * 2) : firstPauseMs
      openUntil = now + pauseMs * (1 + Math.random() * 0.2)
      isProbing = false
    },
    leave() {
      isProbing = false
    },
    isOpen: () => openUntil !== undefined,
  }
}
