import { createRandom } from './random.ts'
import { drawGap, type ScheduleOptions } from './schedule.ts'

/** Another random sequence than that of the schedule, and the same in each thread. */
const furtherSeed = 0x5eed

/** The moments after a schedule's last, without an end: at the rate at which it ended, or a trace from its beginning again. */
export const continueSchedule = (options: ScheduleOptions, schedule: Float64Array): (() => number) => {
  const { arrival, rate, burstiness, seed, times } = options
  const meanGap = 1000 / rate
  const random = createRandom(seed + furtherSeed)
  const shape = arrival === 'gamma' ? burstiness : 1
  const spans = times !== undefined && times.at(-1)! > times[0]!
  let time = schedule.at(-1) ?? 0
  let index = schedule.length - 1
  return () => {
    index += 1
    if (times === undefined) time += drawGap(arrival, shape, random) * meanGap
    // From the last moment to the first is a gap like any other.
    else if (!spans || index % times.length === 0) time += meanGap
    else time += times[index % times.length]! - times[(index % times.length) - 1]!
    return time
  }
}
