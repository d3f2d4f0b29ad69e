export type ClosedLoop = {
  concurrency: number
  /** How many to issue; without it, until the deadline. */
  requests?: number
  durationMs?: number
  signal: AbortSignal
  /** Sends the `index`th request on a slot and resolves when it is over. */
  issue: (index: number, slot: number) => Promise<void>
}

/**
 * Keeps `concurrency` requests in flight: each slot sends its next one when its last has ended.
 * When the count, the time or the signal says stop, nothing new is sent and what is in flight is waited for.
 */
export const runClosedLoop = async ({
  concurrency,
  requests,
  durationMs,
  signal,
  issue,
}: ClosedLoop): Promise<void> => {
  const limit = requests ?? Number.POSITIVE_INFINITY
  const deadline = durationMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + durationMs
  let next = 0
  const runSlot = async (slot: number): Promise<void> => {
    while (next < limit && !signal.aborted && performance.now() < deadline) {
      const index = next
      next += 1
      await issue(index, slot)
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, limit) }, (_, slot) => runSlot(slot)))
}
