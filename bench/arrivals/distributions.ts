import type { Arrival } from './schedule.ts'

/** Standard deviation over mean: 0 for a clock, 1 for Poisson arrivals. */
export const coefficientOfVariation = (values: ArrayLike<number>): number => {
  const list = Array.from(values)
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length
  const variance = list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (list.length - 1)
  return Math.sqrt(variance) / mean
}

/** The share of gaps of at most `gap` mean gaps that an arrival process has. */
export const gapDistribution = (arrival: Exclude<Arrival, 'constant'>, burstiness: number) => {
  const shape = arrival === 'gamma' ? burstiness : 1
  return (gap: number): number => (gap <= 0 ? 0 : lowerGamma(shape, gap * shape))
}

/** The probability that a sample as far from `distribution` as this one would come out of it. Kolmogorov and Smirnov. */
export const kolmogorovSmirnov = (
  sample: ArrayLike<number>,
  distribution: (value: number) => number,
): number => {
  const sorted = Float64Array.from(Array.from(sample)).toSorted()
  const count = sorted.length
  let distance = 0
  for (const [index, value] of sorted.entries()) {
    const expected = distribution(value)
    distance = Math.max(distance, expected - index / count, (index + 1) / count - expected)
  }
  // Stephens' correction, good from a sample of eight.
  const root = Math.sqrt(count)
  return kolmogorovTail((root + 0.12 + 0.11 / root) * distance)
}

const kolmogorovTail = (lambda: number): number => {
  if (lambda < 0.2) return 1
  let sum = 0
  for (let term = 1; term <= 100; term += 1) sum += (-1) ** (term - 1) * Math.exp(-2 * (term * lambda) ** 2)
  return Math.min(1, Math.max(0, 2 * sum))
}

/** Regularised lower incomplete gamma function; series below, continued fraction above (Numerical Recipes 6.2). */
const lowerGamma = (shape: number, x: number): number => {
  const scale = Math.exp(shape * Math.log(x) - x - logGamma(shape))
  if (x < shape + 1) {
    let term = 1 / shape
    let sum = term
    for (let index = 1; term > sum * 1e-12; index += 1) {
      term *= x / (shape + index)
      sum += term
    }
    return sum * scale
  }
  let b = x + 1 - shape
  let c = 1e300
  let d = 1 / b
  let fraction = d
  for (let index = 1; index < 1000; index += 1) {
    const a = -index * (index - shape)
    b += 2
    d = 1 / (a * d + b)
    c = b + a / c
    fraction *= d * c
    if (Math.abs(d * c - 1) < 1e-12) break
  }
  return 1 - scale * fraction
}

/** Lanczos' approximation with g = 5, six terms: 2e-10. */
const lanczos = [
  76.18009172947146, -86.5053203294168, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2,
  -0.5395239384953e-5,
]
const logGamma = (x: number): number => {
  const base = x + 5.5
  const series = lanczos.reduce((sum, factor, index) => sum + factor / (x + 1 + index), 1.000000000190015)
  return (x + 0.5) * Math.log(base) - base + Math.log((Math.sqrt(2 * Math.PI) * series) / x)
}
