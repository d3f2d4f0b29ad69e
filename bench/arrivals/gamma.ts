import type { Random } from './random.ts'

/** One gamma variate of mean `shape` (scale 1). Marsaglia and Tsang, ACM TOMS 26 (2000). */
export const drawGamma = (shape: number, random: Random): number => {
  // Below 1 the method does not hold: draw with shape + 1 and shrink.
  if (shape < 1) return drawGamma(shape + 1, random) * (1 - random()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const normal = drawNormal(random)
    const v = (1 + c * normal) ** 3
    if (v <= 0) continue
    // 1 - random() is never 0.
    if (Math.log(1 - random()) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v
  }
}

/** Box and Muller, one of the two. */
const drawNormal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
