/** How much less a request counts because others shared its fate, and how many degrees of freedom tell so. */
export type DesignEffect = { effect: number; freedom: number }

/** One piece of a run: so many of its requests, and so many that kept the limits. */
export type Batch = { good: number; ended: number }

/** More batches would be shorter than what a queue remembers, in a run that is long enough for it. */
const mostBatches = 20

/**
 * Requests that are in flight together wait for each other, and a server's slow moments last. So what counts is the
 * means of batches (Conway): each of at least twice as many neighbours as are in flight, at least two for each run.
 */
export const cutBatches = (kept: boolean[], inFlight: number, all: number): Batch[] => {
  const size = Math.max(2 * inFlight, all / mostBatches)
  const count = Math.max(2, Math.floor(kept.length / size))
  const at = (batch: number): number => Math.round((batch * kept.length) / count)
  return Array.from({ length: count }, (_, batch) => {
    const part = kept.slice(at(batch), at(batch + 1))
    return { good: part.filter(Boolean).length, ended: part.length }
  })
}

/**
 * By how much more batches differ than chance among their requests would make them: chi-squared over its degrees of
 * freedom. 1 where they agree, and where all or none kept the limits.
 */
export const designEffect = (batches: Batch[]): DesignEffect => {
  const ended = batches.reduce((sum, batch) => sum + batch.ended, 0)
  const share = batches.reduce((sum, { good }) => sum + good, 0) / ended
  const expected = share * (1 - share)
  const freedom = batches.length - 1
  if (freedom < 1 || expected === 0) return { effect: 1, freedom: Number.POSITIVE_INFINITY }
  const chiSquared = batches.reduce(
    (sum, batch) => sum + (batch.ended * (batch.good / batch.ended - share) ** 2) / expected,
    0,
  )
  return { effect: Math.max(1, chiSquared / freedom), freedom }
}

/** Of 99 %, by the normal distribution: a search looks often, and 95 % would be wrong more than twice as often. */
export const normalQuantile = 2.575_829

/** Student's t, two-sided 99 %. */
const fewDegrees = [63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.25, 3.169]

/** The spread itself is estimated, from few batches: by so much wider is the interval. */
export const studentQuantile = (freedom: number): number => {
  const known = fewDegrees[freedom - 1]
  if (known !== undefined) return known
  const z = normalQuantile
  // Cornish and Fisher, right to three digits from eleven degrees on.
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2)
}
