import type { Share } from '../lanes/share.ts'
import type { ClosedLoad } from '../options.ts'

/** When a thread's connection begins: those of all threads follow each other evenly over the ramp. */
export const spreadStarts = (
  { rampUpMs = 0 }: ClosedLoad,
  { part, parts }: Pick<Share, 'part' | 'parts'>,
  width: number,
): ((slot: number) => number) => {
  return (slot) => (rampUpMs * (slot * parts + part)) / width
}
