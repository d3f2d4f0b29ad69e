import { availableParallelism } from 'node:os'
import type { Floor } from '../floor/floor.ts'
import { widthOf, type BenchOptions } from '../options.ts'

/** One thread is enough while it is busy for less than this share of the time; the verdict degrades at 70 %. */
const busyEnough = 0.5
/** A thread that is late though it has time to spare is held up by others; more threads would not help it. */
const busyWhenLate = 0.3
const lateMs = 3

/** `auto`: how many threads the load needs, from what one did against the null server at the run's own pace. */
export const chooseLanes = (floor: Floor | undefined, options: Pick<BenchOptions, 'load'>): number => {
  if (floor === undefined) return 1
  const { loop_utilization: busy, loop_lag_p99_ms: lag } = floor
  if (busy <= busyEnough && !(lag > lateMs && busy > busyWhenLate)) return 1
  return boundLanes(Math.max(2, Math.ceil(busy / busyEnough)), options)
}

/** More threads than cores only wait for each other, and a thread needs a connection. */
export const boundLanes = (wanted: number, { load }: Pick<BenchOptions, 'load'>): number =>
  Math.max(1, Math.min(wanted, availableParallelism(), widthOf(load)))
