import { availableParallelism } from 'node:os'

/** Most threads that the governor may use: one for each core that is ours. */
export const resolveMostThreads = (physicalCores: number): number =>
  Math.max(1, Math.min(physicalCores, availableParallelism()))
