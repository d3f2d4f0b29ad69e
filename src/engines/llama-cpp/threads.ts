import { availableParallelism } from 'node:os'

/**
 * A model of 7 MB gains nothing from a second thread (0.35 ms a step with one, 0.42 with two); one of 212 MB
 * gains a fifth to three quarters.
 */
const bytesPerThread = 32 * 2 ** 20

export type ThreadInput = { wanted: number | undefined; physicalCores: number; modelBytes: number }

/**
 * What is useful, but one core stays free. llama.cpp's threads spin while they wait for each other, so a core
 * that somebody else needs stalls them all: 212 MB on two cores beside one busy process gave 69 tokens/s with
 * one thread and 0.9 with two. The gateway and the client of a local model are such neighbours.
 */
export function resolveThreads({ wanted, physicalCores, modelBytes }: ThreadInput): number {
  if (wanted !== undefined) return wanted
  const useful = Math.ceil(modelBytes / bytesPerThread)
  return Math.max(1, Math.min(physicalCores - 1, availableParallelism() - 1, useful))
}
