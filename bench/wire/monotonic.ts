import { monotonicNow } from '../../src/machine-clock.ts'

/**
 * What to add to this thread's `performance.now()` to get the machine's clock. Both run at the same rate; a pause
 * between the two readings makes the difference too small, so the largest of several is the truest.
 */
export const monotonicOffset = (): number => {
  let offset = Number.NEGATIVE_INFINITY
  for (let turn = 0; turn < 8; turn += 1) offset = Math.max(offset, monotonicNow() - performance.now())
  return offset
}
