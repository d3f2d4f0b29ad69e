import type { Sampling } from '../../engine/types.ts'

/** llama.cpp reads 2^32 - 1 as "pick a seed": seeds are folded into what is below it, here as there. */
const seedRange = 2 ** 32 - 1

/** A call asks for one choice, so what makes it differ from the others is added here. */
export function resolveChoiceSampling(sampling: Sampling, choice: number): Sampling {
  if (sampling.seed === undefined) return sampling
  return { ...sampling, seed: (((sampling.seed + choice) % seedRange) + seedRange) % seedRange }
}
