import { round } from '../record/statistics.ts'
import type { BenchResult } from '../result.ts'

/** How far a run says something about the server: `meets-only` where the load generator made it look slower. */
type Trust = 'all' | 'meets-only' | 'none'

export type LevelOutcome = {
  outcome: 'meets' | 'misses'
  /** Whether the confidence interval lies wholly on that side; else it is the likelier of the two. */
  certain: boolean
  /** Of the requests that ended, all runs at this load together. */
  share: number
  confidence: [low: number, high: number]
  requests: number
  /** How much more runs differ than chance among requests would make them; about 1 where they agree. */
  design_effect: number
}

/** Of 99 %, by the normal distribution: a search looks often, and 95 % would be wrong more than twice as often (15 of 120 answers, not 6). */
const z = 2.575_829

/** Whether a load keeps the limits in `wanted` of its requests. Undefined: its runs cannot tell. */
export const judgeLevel = (runs: BenchResult[], wanted: number): LevelOutcome | undefined => {
  const used = runs.filter((run) => trustOf(run) !== 'none' && endedOf(run) > 0)
  const ended = used.reduce((sum, run) => sum + endedOf(run), 0)
  if (ended === 0) return undefined
  const good = used.reduce((sum, { goodput }) => sum + (goodput?.good ?? 0), 0)
  const share = good / ended
  const effect = designEffect(used, share)
  const [low, high] = wilson(share, ended / effect)
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

/**
 * Requests of one run share its fate, so that runs differ by more than chance among requests would make them: by how
 * much more the runs themselves tell (chi-squared over its degrees of freedom), and so much less a request counts.
 */
const designEffect = (runs: BenchResult[], share: number): number => {
  const expected = share * (1 - share)
  if (runs.length < 2 || expected === 0) return 1
  const chiSquared = runs.reduce((sum, run) => {
    const own = (run.goodput?.good ?? 0) / endedOf(run)
    return sum + (endedOf(run) * (own - share) ** 2) / expected
  }, 0)
  return Math.max(1, chiSquared / (runs.length - 1))
}

/** Wilson's interval: unlike the plain one it says something when all requests kept the limits. */
const wilson = (share: number, count: number): [number, number] => {
  const centre = share + z ** 2 / (2 * count)
  const spread = z * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2))
  const whole = 1 + z ** 2 / count
  return [Math.max(0, (centre - spread) / whole), Math.min(1, (centre + spread) / whole)]
}

/** With fewer requests even a run without a miss proves nothing. */
export const fewestRequests = (wanted: number): number => Math.ceil((z ** 2 * wanted) / (1 - wanted))
