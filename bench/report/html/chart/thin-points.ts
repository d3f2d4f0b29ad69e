import type { Point } from './chart.ts'

/** More dots than a plot has room for only make a file that nobody can open. */
const mostPoints = 4000
const slices = 250

/** Keeps of each slice of time its smallest, its largest and a part of the rest: no extreme is lost. */
export const thinPoints = (points: Point[], most = mostPoints): Point[] => {
  if (points.length <= most) return points
  const sorted = points.toSorted((left, right) => left[0] - right[0])
  const [first, last] = [sorted[0]![0], sorted.at(-1)![0]]
  const width = (last - first) / slices || 1
  const groups = new Map<number, Point[]>()
  for (const point of sorted) {
    const slice = Math.min(slices - 1, Math.floor((point[0] - first) / width))
    const group = groups.get(slice)
    if (group === undefined) groups.set(slice, [point])
    else group.push(point)
  }
  // Each slice keeps its part of the room by its share of the points, so that density still shows.
  return [...groups.values()].flatMap((group) =>
    chooseEvenly(group, Math.max(2, Math.floor((most * group.length) / points.length))),
  )
}

/** In the order of time every so many-th, which is as good as a random choice and always the same. */
const chooseEvenly = (group: Point[], wanted: number): Point[] => {
  if (group.length <= wanted) return group
  const lowest = group.reduce((low, point) => (point[1] < low[1] ? point : low))
  const highest = group.reduce((high, point) => (point[1] > high[1] ? point : high))
  const stride = group.length / Math.max(1, wanted - 2)
  const others = Array.from({ length: wanted - 2 }, (_, index) => group[Math.floor(index * stride)]!)
  return [...new Set([lowest, highest, ...others])]
}
