import { setTimeout } from 'node:timers/promises'

/** For a thought from whose end nothing counts: a timer is exact enough. `until` is on the clock of `performance.now()`. */
export const pause = async (until: number, signal: AbortSignal): Promise<void> => {
  const left = until - performance.now()
  if (left <= 0) return
  await setTimeout(left, undefined, { signal }).catch(() => undefined)
}
