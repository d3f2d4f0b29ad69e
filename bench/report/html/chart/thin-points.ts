import type { Point } from './chart.ts'

/** More dots than a plot has room for only make a file that nobody can open. */
const mostPoints = 4000
const slices = 250

/** Keeps of each slice of time its smallest, its largest and an even choice of the rest: no extreme is lost. */
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

const chooseEvenly = (group: Point[], wanted: number): Point[] => {
  if (group.length <= wanted) return group
  const byHeight = group.toSorted((left, right) => left[1] - right[1])
  return Array.from(
    { length: wanted },
    (_, index) => byHeight[Math.round((index * (byHeight.length - 1)) / (wanted - 1))]!,
  )
}
