import type { LevelOutcome } from './judge-level.ts'
import type { SweepGoal } from './sweep-goal.ts'

/** One load, with all runs at it. */
export type Level = { load: number; runs: number; outcome: LevelOutcome | undefined }

export type Step =
  | { measure: number }
  /** Nothing is left to find out: the boundary is found, even the highest load meets, or even the lowest misses. */
  | { done: 'found' | 'all-meet' | 'none-meets' }

/** Measured so often, a load that still cannot be told stays uncertain. */
const mostRuns = 4
/** What the answer rests on is measured twice at least: requests of one run share its fate. */
const boundaryRuns = 2
/** Closer loads are the same one. */
const resolution = 0.05
/** A rate may go this far below the one that the user named. */
export const deepestShare = 1 / 64

/**
 * Which load to measure next: doubled until one misses, then halved between the highest that meets and the lowest
 * that misses. Levels come in ascending order.
 */
export const nextLevel = (levels: Level[], goal: SweepGoal): Step => {
  const unsure = levels.find((level) => level.runs < 2 && isUnsure(level))
  if (unsure !== undefined) return { measure: unsure.load }
  const high = levels.find(({ outcome }) => outcome?.outcome !== 'meets')
  const low = levels.findLast(
    ({ load, outcome }) => outcome?.outcome === 'meets' && (high === undefined || load < high.load),
  )
  if (high === undefined) return grow(low, goal)
  if (low === undefined) return shrink(high, goal)
  const middle = between(low.load, high.load, goal)
  return middle === undefined ? (confirm(low) ?? confirm(high) ?? { done: 'found' }) : { measure: middle }
}

/** Without a single miss it is most probably far from the boundary: not worth a second run yet. */
const isUnsure = ({ outcome }: Level): boolean =>
  outcome === undefined || (!outcome.certain && outcome.share < 1)

const confirm = ({ load, runs, outcome }: Level): Step | undefined =>
  runs < boundaryRuns || (runs < mostRuns && outcome?.certain !== true) ? { measure: load } : undefined

const grow = (low: Level | undefined, { from, to }: SweepGoal): Step => {
  if (low === undefined) return { measure: from }
  if (low.load < to) return { measure: Math.min(to, low.load * 2) }
  return confirm(low) ?? { done: 'all-meet' }
}

const shrink = (high: Level, { from, whole }: SweepGoal): Step => {
  const least = whole ? 1 : from * deepestShare
  const lower = whole ? Math.floor(high.load / 2) : roundRate(high.load / 2)
  if (high.load > least && lower >= least) return { measure: lower }
  return confirm(high) ?? { done: 'none-meets' }
}

const between = (low: number, high: number, { whole }: SweepGoal): number | undefined => {
  const room = whole ? Math.max(1, Math.floor(low * resolution)) : low * resolution
  if (high - low <= room) return undefined
  const middle = whole ? Math.floor((low + high) / 2) : roundRate(Math.sqrt(low * high))
  return middle > low && middle < high ? middle : undefined
}

/** Three digits say as much as a measurement can. */
export const roundRate = (rate: number): number => Number(rate.toPrecision(3))
