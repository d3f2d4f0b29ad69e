import { availableParallelism } from 'node:os'

/**
 * One thread fewer than there are cores. llama.cpp's workers spin at barriers, so a core that somebody else needs
 * stalls them all: on two cores with one busy neighbour, two threads gave 17 tokens/s and one gave 30. The gateway
 * and the client of a local model are such neighbours.
 */
export const resolveThreads = (wanted: number | undefined, physicalCores: number): number =>
  wanted ?? Math.max(1, Math.min(physicalCores, availableParallelism()) - 1)
