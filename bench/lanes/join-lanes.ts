import { joinDispatches, summarizeDispatch, type DispatchSummary } from '../record/dispatch-summary.ts'
import { joinOccupancies, type Occupancy } from '../record/occupancy.ts'
import { emptySelfCheck, joinSelfChecks, type SelfCheck } from '../record/self-check.ts'
import type { LaneMeasurement } from './lane.ts'

/** What the threads of a run know together. */
export type Joined = {
  selfCheck: SelfCheck
  occupancy: Occupancy | undefined
  dispatch: DispatchSummary | undefined
  openedBefore: number
  openedDuring: number
  cooledDown: number | undefined
  usageRefused: boolean
  /** Requests sent again, as their connection was being closed. */
  resent: number
}

export const joinLanes = (measured: LaneMeasurement[]): Joined => {
  const dispatches = measured.map(({ dispatch }) => dispatch).filter((dispatch) => dispatch !== undefined)
  const occupancies = measured.map(({ occupancy }) => occupancy).filter((part) => part !== undefined)
  const sum = (key: 'openedBefore' | 'openedDuring' | 'resent'): number =>
    measured.reduce((total, lane) => total + lane[key], 0)
  return {
    selfCheck:
      measured.length === 0 ? emptySelfCheck : joinSelfChecks(measured.map((lane) => lane.selfCheck)),
    occupancy: joinOccupancies(occupancies),
    dispatch: dispatches.length === 0 ? undefined : summarizeDispatch(joinDispatches(dispatches)),
    openedBefore: sum('openedBefore'),
    openedDuring: sum('openedDuring'),
    resent: sum('resent'),
    cooledDown: measured.some((lane) => lane.cooledDown !== undefined)
      ? measured.reduce((total, lane) => total + (lane.cooledDown ?? 0), 0)
      : undefined,
    usageRefused: measured.some((lane) => lane.usageRefused),
  }
}
