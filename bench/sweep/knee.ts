export type LoadPoint = { load: number; throughput: number }

/** Fewer points have no shape. */
const fewestPoints = 4
/** How far above the straight line a curve must rise at its knee, of the whole height, to have one. */
const leastRise = 0.1

/**
 * Where more load stops to pay: Kneedle's rule. Both axes are scaled to 0 to 1, and the knee is the measured load at
 * which throughput lies highest above the straight line from the first point to the last. Undefined where it nowhere
 * lies a tenth above it: throughput still rises with load, or never did. Points come in ascending order of load.
 */
export const findKnee = (points: LoadPoint[]): LoadPoint | undefined => {
  if (points.length < fewestPoints) return undefined
  const [first, last] = [points[0]!, points.at(-1)!]
  const heights = points.map(({ throughput }) => throughput)
  const [least, most] = [Math.min(...heights), Math.max(...heights)]
  if (most <= 0 || last.load === first.load || first.throughput >= most) return undefined
  const width = last.load - first.load
  const rises = points.map(
    ({ load, throughput }) => (throughput - least) / (most - least) - (load - first.load) / width,
  )
  const best = rises.indexOf(Math.max(...rises))
  return rises[best]! >= leastRise ? points[best] : undefined
}

/** A doubled load that brings less has reached the server's limit. */
const leastGain = 1.05

/** Whether throughput has stopped to rise: two doublings one after the other brought next to nothing. */
export const isSaturated = (points: LoadPoint[]): boolean =>
  points.length > 2 &&
  points.slice(-2).every(({ throughput }, index) => throughput < leastGain * points.at(index - 3)!.throughput)
