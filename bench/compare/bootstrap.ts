import type { Random } from '../arrivals/random.ts'

/** How much larger the second is than the first, as a share: 0.1 is 10 % more. */
export type Change = { estimate: number; lower: number; upper: number }

/** Enough that five lie beyond each end of an interval of 99.5 %. */
const resamples = 2000

/**
 * The change of a quantile between two series, and the interval that holds it at this confidence. Moving blocks: a
 * server's slow moments last, so neighbours in time are drawn together and do not count as independent.
 */
export const bootstrapChange = (
  before: Float64Array,
  after: Float64Array,
  { share, confidence, random }: { share: number; confidence: number; random: Random },
): Change => {
  const [drawBefore, drawAfter] = [
    createResampler(before, share, random),
    createResampler(after, share, random),
  ]
  const ratios = Float64Array.from({ length: resamples }, () => drawAfter() / drawBefore()).toSorted()
  const outside = Math.max(0, Math.floor(((1 - confidence) / 2) * resamples) - 1)
  return {
    estimate: quantile(after, share) / quantile(before, share) - 1,
    lower: ratios[outside]! - 1,
    upper: ratios[resamples - 1 - outside]! - 1,
  }
}

export const quantile = (values: Float64Array, share: number): number =>
  values.toSorted()[rankOf(values.length, share)]!

const rankOf = (count: number, share: number): number => Math.max(0, Math.ceil(share * count) - 1)

/** Each call draws the series anew and returns its quantile; by counting ranks, which is linear. */
const createResampler = (values: Float64Array, share: number, random: Random): (() => number) => {
  const count = values.length
  const order = Uint32Array.from(values.keys()).toSorted((left, right) => values[left]! - values[right]!)
  const ranks = new Uint32Array(count)
  for (const [rank, index] of order.entries()) ranks[index] = rank
  const drawn = new Uint32Array(count)
  const wanted = rankOf(count, share)
  const block = Math.max(1, Math.round(Math.cbrt(count)))

  return () => {
    drawn.fill(0)
    for (let filled = 0; filled < count;) {
      const start = Math.floor(random() * count)
      // Blocks go round the end, so that every request is drawn equally often.
      for (let step = 0; step < block && filled < count; step += 1, filled += 1) {
        drawn[ranks[(start + step) % count]!]! += 1
      }
    }
    let passed = 0
    let rank = 0
    for (; passed <= wanted; rank += 1) passed += drawn[rank]!
    return values[order[rank - 1]!]!
  }
}
