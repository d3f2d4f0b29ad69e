/** How many values go into one: the 5 of MSER-5. It evens out noise, and keeps the end of the series from deciding. */
const batchSize = 5
/** What is cut must differ from what is left by this share, and by this many standard errors; or nothing is cut. */
const [smallestShare, smallestErrors] = [0.05, 3]

/**
 * White's Marginal Standard Error Rule on batches of five: where to cut a series so that the mean of what is left is
 * known best. Returns how many values to leave out at the beginning, at most `mostShare` of them. The rule alone cuts
 * noise as well, so a beginning that is not different from the rest stays.
 */
export const cutBeginning = (values: readonly number[], mostShare: number): number => {
  const batches = batchMeans(values, batchSize)
  let [best, lowest] = [0, Number.POSITIVE_INFINITY]
  let [count, sum, squares] = [0, 0, 0]
  for (let cut = batches.length - 1; cut >= 0; cut -= 1) {
    const value = batches[cut]!
    count += 1
    sum += value
    squares += value * value
    if (cut > batches.length * mostShare || count < 2) continue
    const statistic = Math.max(0, squares - (sum * sum) / count) / (count * count)
    if (statistic <= lowest) [best, lowest] = [cut, statistic]
  }
  // Best at the very bound: what changes there goes on behind it, and is no beginning.
  const atBound = best + 1 > batches.length * mostShare * 0.95
  return !atBound && differs(batches.slice(0, best), batches.slice(best)) ? best * batchSize : 0
}

/** The same from the other end. */
export const cutEnd = (values: readonly number[], mostShare: number): number =>
  cutBeginning(values.toReversed(), mostShare)

const differs = (cut: number[], rest: number[]): boolean => {
  if (cut.length === 0 || rest.length < 2) return false
  const level = meanOf(rest)
  const variance = rest.reduce((sum, value) => sum + (value - level) ** 2, 0) / (rest.length - 1)
  const difference = Math.abs(meanOf(cut) - level)
  const error = Math.sqrt(variance * (1 / cut.length + 1 / rest.length))
  return difference > smallestShare * Math.abs(level) && difference > smallestErrors * error
}

/** An incomplete last batch is left out. */
export const batchMeans = (values: readonly number[], size: number): number[] =>
  Array.from({ length: Math.floor(values.length / size) }, (_, batch) =>
    meanOf(values.slice(batch * size, (batch + 1) * size)),
  )

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
