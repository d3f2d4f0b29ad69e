import type { LimitChange } from './search-verdict.ts'
import { createRandom } from '../arrivals/random.ts'
import type { BenchResult } from '../result.ts'
import { batchLevels, createLimitDraw } from './draw-limit.ts'

/** As many, and as sure, as of latencies. */
const resamples = 2000
const outside = Math.floor(((1 - 0.995) / 2) * resamples) - 1

/** The interval in which the change of the limit lies with 99.5 %. Undefined: a file does not say enough for it. */
export const changeOfLimit = (
  before: BenchResult[],
  after: BenchResult[],
  { wanted, whole, found }: { wanted: number; whole: boolean; found: [before: number, after: number] },
): LimitChange | undefined => {
  const [then, now] = [batchLevels(before, wanted), batchLevels(after, wanted)]
  if (then === undefined || now === undefined || then.length === 0 || now.length === 0) return undefined
  const random = createRandom(1)
  const draw = [createLimitDraw(then, wanted, whole, random), createLimitDraw(now, wanted, whole, random)] as const // prettier-ignore
  const draws = Array.from({ length: resamples }, () => {
    const [[lowThen, highThen], [lowNow, highNow]] = [draw[0](), draw[1]()]
    // Where all loads were met, no more is claimed of then than was measured.
    const mostThen = Number.isFinite(highThen) ? highThen : lowThen
    return [ratio(lowNow, mostThen), ratio(highNow, lowThen)] as const
  })
  const lower = Float64Array.from(draws, ([least]) => least).toSorted()[outside]!
  const upper = Float64Array.from(draws, ([, most]) => most).toSorted()[resamples - 1 - outside]!
  return {
    estimate: ratio(found[1], found[0]) - 1,
    lower: lower - 1,
    upper: Number.isFinite(upper) ? upper - 1 : null,
  }
}

/** Where nothing was met then, everything is more. */
const ratio = (now: number, then: number): number => (then === 0 ? Number.POSITIVE_INFINITY : now / then)
