import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'

/** Timers fire up to a millisecond late, and up to half a millisecond early: the rest is waited for turn by turn. */
const timerSlackMs = 1.5
/** A turn of the event loop that took no longer than this had nothing to do. */
const emptyTurnMs = 0.1

/** Adds up time that was spent going round without work, once however many waited in it. */
export type IdleClock = { add(from: number, to: number): number }

export const createIdleClock = (): IdleClock => {
  let counted = 0
  return {
    add(from, to) {
      const fresh = Math.max(0, to - Math.max(from, counted))
      counted = Math.max(counted, to)
      return fresh
    },
  }
}

/** `time` is on the clock of `performance.now()`. Returns how long it went round without work. */
export const waitUntil = async (
  time: number,
  signal: AbortSignal,
  clock = createIdleClock(),
): Promise<number> => {
  const rest = time - performance.now()
  if (rest > timerSlackMs) await sleep(rest - timerSlackMs, undefined, { signal }).catch(() => {})
  let idle = 0
  for (let now = performance.now(); now < time && !signal.aborted;) {
    await turn()
    const after = performance.now()
    if (after - now < emptyTurnMs) idle += clock.add(now, after)
    now = after
  }
  return idle
}
