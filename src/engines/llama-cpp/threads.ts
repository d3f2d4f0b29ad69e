import { availableParallelism } from 'node:os'

/**
 * A model of 7 MB gains nothing from a second thread (0.35 ms a step with one, 0.42 with two) and loses
 * everything when another process takes that core, because llama.cpp's threads spin while they wait for each
 * other (then: 790 ms). One of 212 MB gains a fifth to three quarters.
 */
const bytesPerThread = 32 * 2 ** 20

export type ThreadInput = { wanted: number | undefined; physicalCores: number; modelBytes: number }

/** At most one thread per physical core that this process may use. */
export function resolveThreads({ wanted, physicalCores, modelBytes }: ThreadInput): number {
  if (wanted !== undefined) return wanted
  const useful = Math.ceil(modelBytes / bytesPerThread)
  return Math.max(1, Math.min(physicalCores, availableParallelism(), useful))
}
