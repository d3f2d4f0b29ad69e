import { setTimeout as sleep } from 'node:timers/promises'
import type { CoolDown } from './cool-down.ts'
import { waitUntil } from './wait-until.ts'

/** Goes on with uncounted requests. */
export type CoolLoop = Pick<CoolDown, 'ended' | 'isOver'> & {
  issue: (index: number, slot: number) => Promise<void>
}

export type ClosedLoop = {
  concurrency: number
  /** How many to issue; without it, until the deadline. */
  requests?: number
  durationMs?: number
  /** When to begin, on the clock of `performance.now()`; it may have passed. The duration counts from it. */
  startAt?: number
  /** Numbers the requests, from 0; shared by loops that share a load. */
  take?: () => number
  signal: AbortSignal
  /** When a slot begins, in milliseconds after the start; without it all at once. */
  beginAfter?: (slot: number) => number
  /** Sends the `index`th request on a slot and resolves when it is over. */
  issue: (index: number, slot: number) => Promise<void>
  cool?: CoolLoop
}

/**
 * Keeps `concurrency` requests in flight: each slot sends its next one when its last has ended.
 * When the count, the time or the signal says stop, nothing new is sent and what is in flight is waited for.
 */
export const runClosedLoop = async ({
  concurrency,
  requests,
  durationMs,
  startAt = performance.now(),
  take = createCounter(),
  signal,
  beginAfter,
  issue,
  cool,
}: ClosedLoop): Promise<void> => {
  const limit = requests ?? Number.POSITIVE_INFINITY
  const deadline = durationMs === undefined ? Number.POSITIVE_INFINITY : startAt + durationMs
  const over = new AbortController()
  const stop = AbortSignal.any([signal, over.signal])
  const runSlot = async (slot: number): Promise<void> => {
    const wait = beginAfter === undefined ? 0 : startAt + beginAfter(slot) - performance.now()
    if (wait > 0) await sleep(wait, undefined, { signal: stop }).catch(() => {})
    while (!signal.aborted && performance.now() < deadline) {
      const index = take()
      // Nobody waits for a turn that will not come.
      if (index >= limit) return over.abort()
      await issue(index, slot)
    }
  }
  let measuring = Math.min(concurrency, limit)
  const runAll = async (slot: number): Promise<void> => {
    await runSlot(slot)
    measuring -= 1
    if (cool === undefined) return
    if (measuring === 0) cool.ended()
    while (!cool.isOver()) await cool.issue(take(), slot)
  }
  await waitUntil(startAt, signal)
  await Promise.all(Array.from({ length: measuring }, (_, slot) => runAll(slot)))
}

const createCounter = (): (() => number) => {
  let next = 0
  return () => next++
}
