import { AppError } from '../../src/errors.ts'
import type { Load } from '../options.ts'
import { renderPoint } from '../sweep/render-point.ts'
import type { LoadPlan } from '../sweep/load-plan.ts'

/** All loads once, then all again: what drifts over time touches each of them alike. */
export const createRepeatPlan = (loads: Load[], times: number): LoadPlan => ({
  next: (results) =>
    results.length < loads.length * times ? loads[results.length % loads.length] : undefined,
  repeatOf: (index) => ({ run: Math.floor(index / loads.length) + 1, of: times }),
  render: (result) => `run ${result.repeat?.run} of ${times}, ${renderPoint(result)}\n`,
})

export const assertNoSearch = (times: number): void => {
  if (times === 1) return
  throw new AppError(
    'invalid_request',
    '--sweep repeats the runs that its answer rests on by itself; leave --repeat out',
    { param: 'repeat' },
  )
}
