import type { Random } from '../arrivals/random.ts'

/** How much larger the second is than the first, as a share: 0.1 is 10 % more. */
export type Change = { estimate: number; lower: number; upper: number }

/** Enough that five lie beyond each end of an interval of 99.5 %. */
const resamples = 2000

export type BootstrapOptions = { confidence: number; random: Random }

/**
 * The change of a quantile between two series, and the interval that holds it at this confidence. Moving blocks: a
 * server's slow moments last, so neighbours in time are drawn together and do not count as independent.
 */
export const bootstrapChange = (
  before: Float64Array,
  after: Float64Array,
  { share, ...options }: BootstrapOptions & { share: number },
): Change => {
  const { random } = options
  const [drawBefore, drawAfter] = [
    createQuantileResampler(before, share, random),
    createQuantileResampler(after, share, random),
  ]
  const estimate = quantile(after, share) / quantile(before, share) - 1
  return { estimate, ...resample(() => drawAfter() / drawBefore() - 1, options) }
}

/** The same of two means, and their difference instead of their ratio: a share may be 0. */
export const bootstrapDifference = (
  before: Float64Array,
  after: Float64Array,
  options: BootstrapOptions,
): Change => {
  const draw = (values: Float64Array): number => {
    let sum = 0
    drawBlocks(values.length, options.random, (from, to) => {
      for (let index = from; index < to; index += 1) sum += values[index]!
    })
    return sum / values.length
  }
  return { estimate: mean(after) - mean(before), ...resample(() => draw(after) - draw(before), options) }
}

const resample = (draw: () => number, { confidence }: BootstrapOptions): Pick<Change, 'lower' | 'upper'> => {
  const drawn = Float64Array.from({ length: resamples }, draw).toSorted()
  const outside = Math.max(0, Math.floor(((1 - confidence) / 2) * resamples) - 1)
  return { lower: drawn[outside]!, upper: drawn[resamples - 1 - outside]! }
}

export const quantile = (values: Float64Array, share: number): number =>
  values.toSorted()[rankOf(values.length, share)]!

export const mean = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

const rankOf = (count: number, share: number): number => Math.max(0, Math.ceil(share * count) - 1)

/** Each call draws the series anew and returns its quantile; by counting ranks, which is linear. */
const createQuantileResampler = (values: Float64Array, share: number, random: Random): (() => number) => {
  const count = values.length
  const order = Uint32Array.from(values.keys()).toSorted((left, right) => values[left]! - values[right]!)
  const ranks = new Uint32Array(count)
  for (const [rank, index] of order.entries()) ranks[index] = rank
  const drawn = new Uint32Array(count)
  const wanted = rankOf(count, share)

  return () => {
    drawn.fill(0)
    drawBlocks(count, random, (from, to) => {
      for (let index = from; index < to; index += 1) drawn[ranks[index]!]! += 1
    })
    let passed = 0
    let rank = 0
    for (; passed <= wanted; rank += 1) passed += drawn[rank]!
    return values[order[rank - 1]!]!
  }
}

/**
 * As many indices as there are, in blocks of neighbours that go round the end, so that all are drawn equally often.
 * Stretches and not single indices: this is where a comparison spends its time.
 */
const drawBlocks = (count: number, random: Random, visit: (from: number, to: number) => void): void => {
  const block = Math.max(1, Math.round(Math.cbrt(count)))
  for (let filled = 0; filled < count;) {
    const start = Math.floor(random() * count)
    const end = start + Math.min(block, count - filled)
    visit(start, Math.min(end, count))
    if (end > count) visit(0, end - count)
    filled += end - start
  }
}
