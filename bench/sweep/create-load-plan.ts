import { maxArrivals } from '../arrivals/schedule.ts'
import { AppError } from '../../src/errors.ts'
import type { Load } from '../options.ts'
import type { GoodputLimits } from '../goodput.ts'
import { planLoads, type PlanFlags } from '../load/plan-loads.ts'
import { assertNoSearch, createRepeatPlan } from '../repeat/repeat-plan.ts'
import { renderReport } from '../report/report.ts'
import type { BenchResult } from '../result.ts'
import { levelsOf, throughputByLoad } from './describe-sweep.ts'
import { assertNoSweepFlags, decodeSweep, type SweepFlags, type SweepSettings } from './decode-sweep.ts'
import { fewestRequests } from './judge-level.ts'
import { nextLevel } from './next-level.ts'
import { nextToKnee } from './next-to-knee.ts'
import { renderPoint } from './render-point.ts'
import type { LoadPlan } from './load-plan.ts'
import type { SweepGoal } from './sweep-goal.ts'

/** `goodput` is given for a search; else the flags list what to measure. */
export const createLoadPlan = async (
  flags: PlanFlags,
  goodput: GoodputLimits | undefined,
  search: SweepFlags,
  times = 1,
): Promise<LoadPlan> => {
  if (goodput !== undefined) {
    assertNoSearch(times)
    assertOneTurn(flags)
    return createSweepPlan(decodeSweep(flags, search, goodput))
  }
  assertNoSweepFlags(search)
  const loads = await planLoads(flags)
  return times > 1 ? createRepeatPlan(loads, times) : createListPlan(loads)
}

const assertOneTurn = ({ trace, turns }: PlanFlags): void => {
  const flag = trace !== undefined ? '--trace' : turns !== undefined ? '--turns' : undefined
  if (flag === undefined) return
  throw new AppError(
    'invalid_request',
    `--sweep chooses the load by itself, and ${flag} says what it is; leave one of them out`,
    { param: 'sweep' },
  )
}

const createListPlan = (loads: Load[]): LoadPlan => ({
  next: (results) => loads[results.length],
  render: (result, columns) => `${renderReport(result, columns)}\n${loads.length > 1 ? '\n' : ''}`,
})

/** Without a wish a run lasts no longer. */
const longestRunMs = 30_000
const shortestRunMs = 1000
const requestsPerConnection = 10

export const createSweepPlan = (settings: SweepSettings, now = () => performance.now()): LoadPlan => {
  const { goal, budgetMs } = settings
  const startedAt = now()
  return {
    goal,
    next(results) {
      const leftMs = budgetMs - (now() - startedAt)
      const level = leftMs <= 0 ? undefined : nextLoad(results, goal)
      return level === undefined ? undefined : loadAt(level, settings, leftMs)
    },
    render: (result) => `${renderPoint(result)}\n`,
  }
}

const nextLoad = (results: BenchResult[], goal: SweepGoal): number | undefined => {
  if (goal.goodput_share === null) return nextToKnee(throughputByLoad(results)[1], goal)
  const step = nextLevel(levelsOf(results), goal)
  return 'measure' in step ? step.measure : undefined
}

const loadAt = (level: number, { goal, load, unlimited }: SweepSettings, leftMs: number): Load => {
  const asked = load.durationMs ?? (unlimited ? longestRunMs : undefined)
  const share = goal.goodput_share
  // Twice what it takes when nothing misses leaves room for some that do.
  const enough = Math.min(2000, share === null ? 100 : Math.max(100, 2 * fewestRequests(share)))
  const requests = unlimited ? Math.max(enough, requestsPerConnection * level) : load.requests
  const limits = {
    // What is left of the time ends every run, whatever else would.
    durationMs: Math.max(shortestRunMs, Math.min(asked ?? leftMs, leftMs)),
    ...((requests !== undefined || load.mode === 'open') && {
      requests: Math.min(maxArrivals, Math.ceil(requests ?? maxArrivals)),
    }),
  }
  return load.mode === 'closed'
    ? { ...load, ...limits, concurrency: level }
    : { ...load, ...limits, rate: level }
}
