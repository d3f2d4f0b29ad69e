import type { Load } from '../options.ts'

/** Which part of a run's load a thread carries. */
export type Share = {
  part: number
  parts: number
  /**
   * Hands out the numbers of a closed loop's requests or sessions, and counts turns: whoever is free takes the next.
   * Counts threads whose measured requests have ended.
   */
  counter: SharedArrayBuffer
}

export const createShares = (parts: number): Share[] => {
  const counter = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)
  return Array.from({ length: parts }, (_, part) => ({ part, parts, counter }))
}

/** As even as whole numbers can be; the parts add up to the total. */
export const shareOf = (total: number, { part, parts }: Pick<Share, 'part' | 'parts'>): number =>
  Math.floor(total / parts) + (part < total % parts ? 1 : 0)

/** The same load with this part's connections. Counts and rates stay those of the whole run. */
export const shareLoad = (load: Load, share: Share): Load =>
  load.mode === 'closed'
    ? { ...load, concurrency: shareOf(load.concurrency, share) }
    : { ...load, maxConcurrency: shareOf(load.maxConcurrency, share) }

/** Every `parts`th moment of the one schedule that all threads draw alike. */
export const shareSchedule = (schedule: Float64Array, { part, parts }: Share): Float64Array =>
  parts === 1 ? schedule : schedule.filter((_, index) => index % parts === part)

export const takeNumber = ({ counter }: Share): (() => number) => {
  const numbers = new Int32Array(counter)
  return () => Atomics.add(numbers, 0, 1)
}

/** How many turns of sessions were taken before this one, by all threads. */
export const takeTurn = ({ counter }: Share): (() => number) => {
  const numbers = new Int32Array(counter)
  return () => Atomics.add(numbers, 1, 1)
}

export const markEnded = ({ counter }: Share): void => void Atomics.add(new Int32Array(counter), 2, 1)

/** Whether the measured requests of all threads have ended. */
export const allEnded = ({ counter, parts }: Share): boolean =>
  Atomics.load(new Int32Array(counter), 2) >= parts
