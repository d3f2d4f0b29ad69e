import { batchMeans, meanOf } from './mser.ts'

export type Change = {
  /** Where the level changes most, as a share of the series. */
  at: number
  /** Means on either side. */
  before: number
  after: number
}

/** Neighbouring requests resemble each other; means of this many batches hardly do. */
const batches = 20
/** A series without a change is taken for one with it so often, at most. */
const significance = 0.01
/** Smaller than this it does not matter to anybody, however certain it is. */
const smallestShare = 0.05

/**
 * Pettitt's two-sided test by ranks, on batch means: finds one change of level, and a drift as well. Undefined where
 * the series keeps its level, or differs by less than 5 %.
 */
export const findChange = (values: readonly number[]): Change | undefined => {
  if (values.length < batches) return undefined
  const means = batchMeans(values, Math.floor(values.length / batches))
  const { at, statistic } = pettitt(means)
  const count = means.length
  if (2 * Math.exp((-6 * statistic ** 2) / (count ** 3 + count ** 2)) > significance) return undefined
  const [before, after] = [meanOf(means.slice(0, at)), meanOf(means.slice(at))]
  const level = meanOf(means)
  if (Math.abs(after - before) < smallestShare * Math.abs(level)) return undefined
  return { at: at / count, before, after }
}

const pettitt = (values: readonly number[]): { at: number; statistic: number } => {
  let best = { at: 0, statistic: 0 }
  for (let at = 1; at < values.length; at += 1) {
    let sum = 0
    for (let early = 0; early < at; early += 1) {
      for (let late = at; late < values.length; late += 1) sum += Math.sign(values[early]! - values[late]!)
    }
    if (Math.abs(sum) > best.statistic) best = { at, statistic: Math.abs(sum) }
  }
  return best
}
