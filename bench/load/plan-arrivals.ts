import { createSchedule } from '../arrivals/schedule.ts'
import type { OpenLoad } from '../options.ts'
import type { Prompts } from '../prompts/prompts.ts'

/**
 * When each request of an open loop is due or, with sessions, each session. `requests` of sessions count turns: where
 * conversations differ in length, there may be as many of them as turns, and the run ends when the turns are sent.
 */
export const planArrivals = (
  load: OpenLoad,
  { seed, turnAt }: Pick<Prompts, 'seed' | 'turnAt'>,
): Float64Array => {
  const { session, requests, ...rest } = load
  if (session === undefined || requests === undefined) return createSchedule({ ...load, seed })
  const most = turnAt === undefined ? Math.ceil(requests / session.turns) : requests
  return createSchedule({ ...rest, requests: most, seed })
}
