import { round } from '../record/statistics.ts'
import type { BenchResult } from '../result.ts'
import { cutBatches, designEffect, normalQuantile, studentQuantile, type Batch } from './design-effect.ts'
import { keptSeries } from './kept-series.ts'

/** How far a run says something about the server: `meets-only` where the load generator made it look slower. */
type Trust = 'all' | 'meets-only' | 'none'

export type LevelOutcome = {
  outcome: 'meets' | 'misses'
  /** Whether the confidence interval lies wholly on that side; else it is the likelier of the two. */
  certain: boolean
  /** Of the requests that ended, all runs at this load together, without the beginning of each. */
  share: number
  confidence: [low: number, high: number]
  requests: number
  /** How much more runs, and stretches of each, differ than chance among requests would make them; 1 where they agree. */
  design_effect: number
}

/** Whether a load keeps the limits in `wanted` of its requests. Undefined: its runs cannot tell. */
export const judgeLevel = (runs: BenchResult[], wanted: number): LevelOutcome | undefined => {
  const used = runs.filter(
    (run) => trustOf(run) !== 'none' && endedOf(run) > 0 && keptSeries(run)?.kept.length !== 0,
  )
  if (used.length === 0) return undefined
  const { whole, effect, quantile } = weigh(used)
  const good = whole.reduce((sum, run) => sum + run.good, 0)
  const ended = whole.reduce((sum, run) => sum + run.ended, 0)
  const share = good / ended
  const [low, high] = wilson(share, ended / effect, quantile)
  const outcome = share >= wanted ? 'meets' : 'misses'
  const beyond = outcome === 'meets' ? low >= wanted : high < wanted
  const overstated = outcome === 'misses' && used.some((run) => trustOf(run) === 'meets-only')
  return {
    outcome,
    certain: beyond && !overstated,
    share: round(share),
    confidence: [round(low), round(high)],
    requests: ended,
    design_effect: round(effect),
  }
}

type Weighed = { whole: Batch[]; effect: number; quantile: number }

/** Requests of one run share its fate, and neighbours in it that of each other: whichever says more widens the interval. */
const weigh = (runs: BenchResult[]): Weighed => {
  const series = runs.map(keptSeries)
  const whole = runs.map((run, index): Batch => {
    const kept = series[index]?.kept
    return kept === undefined
      ? { good: run.goodput?.good ?? 0, ended: endedOf(run) }
      : { good: kept.filter(Boolean).length, ended: kept.length }
  })
  const all = whole.reduce((sum, { ended }) => sum + ended, 0)
  const batches = whole.flatMap((run, index) => {
    const one = series[index]
    return one === undefined ? [run] : cutBatches(one.kept, one.inFlight, all)
  })
  const [between, within] = [designEffect(whole), designEffect(batches)]
  return {
    whole,
    effect: Math.max(between.effect, within.effect),
    quantile: batches.length > whole.length ? studentQuantile(within.freedom) : normalQuantile,
  }
}

/**
 * A late load generator makes latencies longer, never shorter: limits that were kept all the same were kept. Load
 * that it did not offer proves nothing.
 */
export const trustOf = ({ verdict }: BenchResult): Trust => {
  if (verdict.status !== 'INVALID' || verdict.checks.length === 0) return 'all'
  const spoiled = verdict.checks.filter(({ status }) => status === 'INVALID').map(({ check }) => check)
  return spoiled.some((check) => notOffered.has(check)) ? 'none' : 'meets-only'
}

const notOffered = new Set(['concurrency_shortfall', 'rate_shortfall', 'littles_law_error'])

const endedOf = ({ requests }: BenchResult): number => requests.succeeded + requests.failed

/** Wilson's interval: unlike the plain one it says something when all requests kept the limits. */
const wilson = (share: number, count: number, z: number): [number, number] => {
  const centre = share + z ** 2 / (2 * count)
  const spread = z * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2))
  const whole = 1 + z ** 2 / count
  return [Math.max(0, (centre - spread) / whole), Math.min(1, (centre + spread) / whole)]
}

/** With fewer requests even a run without a miss proves nothing. */
export const fewestRequests = (wanted: number): number =>
  Math.ceil((normalQuantile ** 2 * wanted) / (1 - wanted))
