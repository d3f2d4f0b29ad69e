import { findKnee, isSaturated, type LoadPoint } from './knee.ts'
import { roundRate } from './next-level.ts'
import type { SweepGoal } from './sweep-goal.ts'

/** Neighbours of the knee that are farther apart leave too much open. */
const closeEnough = 1.5

/** Without limits to meet: loads are doubled until throughput stops to rise, then the knee is looked at closely. */
export const nextToKnee = (points: LoadPoint[], goal: SweepGoal): number | undefined => {
  const last = points.at(-1)
  if (last === undefined) return goal.from
  const doubled = points.filter(
    ({ load }) => load === goal.to || Number.isInteger(Math.log2(load / goal.from)),
  )
  if (last.load < goal.to && !isSaturated(doubled)) return Math.min(goal.to, last.load * 2)
  const place = points.indexOf(findKnee(points)!)
  return place === -1
    ? undefined
    : (between(points[place - 1], points[place]!, goal) ?? between(points[place]!, points[place + 1], goal))
}

const between = (
  low: LoadPoint | undefined,
  high: LoadPoint | undefined,
  { whole }: SweepGoal,
): number | undefined => {
  if (low === undefined || high === undefined || high.load <= low.load * closeEnough) return undefined
  const middle = Math.sqrt(low.load * high.load)
  const rounded = whole ? Math.round(middle) : roundRate(middle)
  return rounded > low.load && rounded < high.load ? rounded : undefined
}
