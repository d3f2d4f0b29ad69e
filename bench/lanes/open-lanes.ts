import { liveCounters, type LiveRun } from '../load/live-run.ts'
import { createLane, type Lane, type LaneContext } from './lane.ts'
import { createShares } from './share.ts'
import { createThreadLane, type ThreadLane } from './thread-lane.ts'

/** Without `threads` the load runs in the calling thread. */
export const openLanes = (context: Omit<LaneContext, 'share'>, count: number): Lane[] => {
  const shares = createShares(count)
  if (context.options.threads === undefined) return [createLane({ ...context, share: shares[0]! })]
  const lanes = shares.map((share) => createThreadLane({ ...context, share }))
  context.live.refresh = () => addCounters(context.live, lanes)
  return lanes
}

const addCounters = (live: LiveRun, lanes: ThreadLane[]): void => {
  for (const [index, name] of liveCounters.entries()) {
    live[name] = lanes.reduce((sum, { counters }) => sum + counters[index]!, 0)
  }
}

export const closeLanes = async (lanes: Lane[]): Promise<void> => {
  await Promise.all(lanes.splice(0).map((lane) => lane.close()))
}
