import { availableParallelism } from 'node:os'

/** One thread per physical core that this process may use: llama.cpp's workers spin, so more of them only wait. */
export const resolveThreads = (wanted: number | undefined, physicalCores: number): number =>
  wanted ?? Math.max(1, Math.min(physicalCores, availableParallelism()))
