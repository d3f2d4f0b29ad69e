import type { Random } from '../arrivals/random.ts'
import { loadOf } from '../level.ts'
import type { BenchResult } from '../result.ts'
import { cutBatches, type Batch } from '../sweep/design-effect.ts'
import { trustOf } from '../sweep/judge-level.ts'
import { keptSeries } from '../sweep/kept-series.ts'

type LevelBatches = { load: number; batches: Batch[] }
/** The highest load that meets the goal lies from the first to the second; what lies between was not measured. */
export type LimitRange = [low: number, high: number]

/** A level's runs in batches of neighbours, which share a fate. Undefined: a run does not say it of each request. */
export const batchLevels = (runs: BenchResult[], wanted: number): LevelBatches[] | undefined => {
  const used = runs.filter(
    (run) => trustOf(run) === 'all' || (trustOf(run) === 'meets-only' && (run.goodput?.share ?? 0) >= wanted),
  )
  const judged = used.filter((run) => keptSeries(run)?.kept.length !== 0)
  const levels = [...Map.groupBy(judged, loadOf)].map(([load, alike]) => {
    const series = alike.map(keptSeries)
    const all = series.reduce((sum, one) => sum + (one?.kept.length ?? 0), 0)
    return { load, series, all }
  })
  if (levels.some(({ series }) => series.includes(undefined))) return undefined
  return levels
    .map(({ load, series, all }) => ({
      load,
      batches: series.flatMap((one) => cutBatches(one!.kept, one!.inFlight, all)),
    }))
    .toSorted((left, right) => left.load - right.load)
}

/** Where the share falls below `wanted`, with batches drawn anew within each load at each call. */
export const createLimitDraw =
  (levels: LevelBatches[], wanted: number, whole: boolean, random: Random): (() => LimitRange) =>
  () => {
    const drawn = levels.map(({ load, batches }) => {
      const again = batches.map(() => batches[Math.floor(random() * batches.length)]!)
      return {
        load,
        good: again.reduce((sum, { good }) => sum + good, 0),
        ended: again.reduce((sum, { ended }) => sum + ended, 0),
      }
    })
    return limitOf(drawn, wanted, whole)
  }

const limitOf = (levels: (Batch & { load: number })[], wanted: number, whole: boolean): LimitRange => {
  const shares = fallingShares(levels)
  const missed = shares.findIndex((share) => share < wanted)
  if (missed === -1) return [levels.at(-1)?.load ?? 0, Number.POSITIVE_INFINITY]
  const { load } = levels[missed]!
  return [levels[missed - 1]?.load ?? 0, whole ? load - 1 : load]
}

/**
 * More load never makes a server faster: neighbours that say so are noise, and count with their mean (isotonic
 * regression, by pooling adjacent violators).
 */
const fallingShares = (levels: Batch[]): number[] => {
  const pools: (Batch & { levels: number })[] = []
  for (const { good, ended } of levels) {
    let pool = { good, ended, levels: 1 }
    for (let last = pools.at(-1); last !== undefined && rises(last, pool); last = pools.at(-1)) {
      pools.pop()
      pool = {
        good: last.good + pool.good,
        ended: last.ended + pool.ended,
        levels: last.levels + pool.levels,
      }
    }
    pools.push(pool)
  }
  return pools.flatMap(({ good, ended, levels: count }) => Array.from({ length: count }, () => good / ended))
}

const rises = (lower: Batch, higher: Batch): boolean => higher.good / higher.ended > lower.good / lower.ended
