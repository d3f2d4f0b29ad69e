/** Ranks, from 1, of the samples between which a percentile of what they come from lies; null where none can say. */
export type RankInterval = { lower: number | null; upper: number | null }

/** Outside the interval on either side: 95 % in all. */
const tail = 0.025
/** Above this many samples the normal distribution stands in for the binomial; ranks then differ by one at most. */
const exactUpTo = 5000

/**
 * By order statistics: how many of `count` samples lie below the percentile is binomial, whatever their
 * distribution. It takes 368 samples until the largest bounds a P99, 72 for a P95 and 6 for a median.
 */
export const confidenceRanks = (count: number, percentile: number): RankInterval => {
  const below = percentile / 100
  const [lower, upper] = count <= exactUpTo ? exactRanks(count, below) : normalRanks(count, below)
  return { lower: lower < 1 ? null : lower, upper: upper > count ? null : upper }
}

/** `lower`: the largest rank with P(fewer below) <= tail. `upper`: the smallest with P(as many below) <= tail. */
const exactRanks = (count: number, below: number): [number, number] => {
  let cumulative = 0
  let lower = 0
  let logTerm = count * Math.log1p(-below)
  const odds = Math.log(below) - Math.log1p(-below)
  for (let successes = 0; successes <= count; successes += 1) {
    cumulative += Math.exp(logTerm)
    if (cumulative <= tail) lower = successes + 1
    if (cumulative >= 1 - tail) return [lower, successes + 1]
    logTerm += Math.log(count - successes) - Math.log(successes + 1) + odds
  }
  return [lower, count + 1]
}

const normalRanks = (count: number, below: number): [number, number] => {
  const spread = 1.959_964 * Math.sqrt(count * below * (1 - below))
  return [Math.floor(count * below - spread), Math.ceil(count * below + spread) + 1]
}
