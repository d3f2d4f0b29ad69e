export type Suspicion = {
  /** No more threads than this, now. */
  limit(): number
  /** A step that went as it should. `gain`: milliseconds that its threads have saved. */
  passed(milliseconds: number, gain: number): void
  collapsed(threads: number, milliseconds: number, lost: number): void
}

/** With this, collapses that never end cost a 33rd of the time. */
const mostPatience = 32

/**
 * Keeps thread counts low after a collapse. A collapsed step can cost a hundred good ones, and what caused it
 * may last; waiting for as long as it cost loses at most as much again. If the threads have not gained until
 * the next collapse what it costs, they were not worth it and the wait doubles.
 */
export function createSuspicion(): Suspicion {
  let clock = 0
  let until = 0
  let limit = Infinity
  let patience = 1
  let gained = 0
  return {
    limit: () => (clock < until ? limit : Infinity),
    passed(milliseconds, gain) {
      clock += milliseconds
      gained += gain
    },
    collapsed(threads, milliseconds, lost) {
      clock += milliseconds
      patience = until === 0 || gained > lost ? 1 : Math.min(2 * patience, mostPatience)
      gained = 0
      until = clock + patience * lost
      limit = Math.max(1, threads >> 1)
    },
  }
}
