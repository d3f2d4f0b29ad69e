import { randomInt } from 'node:crypto'
import type { Sampling } from '../../engine/types.ts'
import type { NativeSampler, SamplerConfig } from './binding.ts'

/** OpenAI's default. A model's own recommendation is not in the GGUF. */
const defaultTemperature = 1
/** llama.cpp reads 2^32 - 1 as "pick a seed", so seeds are folded into what is below it. */
const seedRange = 2 ** 32 - 1

export type SamplerInput = {
  sampling: Sampling
  choice: number
  prompt: Uint32Array
  contextLength: number
  /** Tokens that must not come, whatever `logitBias` says. */
  banned: readonly number[]
}

const foldSeed = (seed: number): number => ((seed % seedRange) + seedRange) % seedRange

/** Only the samplers that the request asks for: each walks the whole vocabulary for every token. */
export function resolveSamplerConfig({
  sampling,
  choice,
  prompt,
  contextLength,
  banned,
}: SamplerInput): SamplerConfig {
  const { topK, topP, minP, seed } = sampling
  const temperature = sampling.temperature ?? defaultTemperature
  return {
    temperature,
    seed: seed === undefined ? randomInt(seedRange) : foldSeed(seed + choice),
    ...(topK !== undefined && topK > 0 && { topK }),
    ...(topP !== undefined && topP < 1 && { topP }),
    ...(minP !== undefined && minP > 0 && { minP }),
    ...resolvePenalties(sampling, prompt, contextLength),
    ...resolveBias(sampling.logitBias, banned),
  }
}

/**
 * Presence and frequency penalties look at the answer only, as OpenAI's do; a repetition penalty looks at
 * the prompt too, as everybody's does. llama.cpp has one window for the three, so asking for both kinds
 * makes all of them see the prompt.
 */
function resolvePenalties(sampling: Sampling, prompt: Uint32Array, contextLength: number): SamplerConfig {
  const repeatPenalty = sampling.repetitionPenalty ?? 1
  const presence = sampling.presencePenalty ?? 0
  const frequency = sampling.frequencyPenalty ?? 0
  if (repeatPenalty === 1 && presence === 0 && frequency === 0) return {}
  return {
    repeatPenalty,
    repeatPenaltyPresencePenalty: presence,
    repeatPenaltyFrequencyPenalty: frequency,
    repeatPenaltyMaxTokens: contextLength,
    repeatPenaltyTokens: repeatPenalty === 1 ? new Uint32Array() : prompt,
  }
}

function resolveBias(bias: Map<number, number> | undefined, banned: readonly number[]): SamplerConfig {
  const all = new Map<number, number>()
  // OpenAI: "values like -100 or 100 should result in a ban or exclusive selection".
  for (const [token, value] of bias ?? []) all.set(token, value <= -100 ? -Infinity : value)
  for (const token of banned) all.set(token, -Infinity)
  if (all.size === 0) return {}
  return { tokenBiasKeys: Uint32Array.from(all.keys()), tokenBiasValues: Float32Array.from(all.values()) }
}

/** Lets go of what was banned for the beginning of an answer. `said`: the answer so far, for penalties to go on from. */
export function freeSampler(sampler: NativeSampler, config: SamplerConfig, said: Uint32Array): void {
  const { repeatPenaltyTokens: seen } = config
  // The binding keeps its random state and its penalty window where the configuration says what they hold.
  const window = seen === undefined ? {} : { repeatPenaltyTokens: Uint32Array.of(...seen, ...said) }
  sampler.applyConfig({ ...config, ...window })
}

/**
 * Samplers are kept, one per slot: each holds 12 bytes per vocabulary entry that only the garbage
 * collector gives back. The binding rebuilds only what changed, so a used random state or penalty
 * window has to be dropped by a different configuration first.
 */
export function resetSampler(sampler: NativeSampler, config: SamplerConfig): void {
  sampler.applyConfig({ temperature: 0, seed: ((config.seed ?? 0) + 1) % seedRange })
  sampler.applyConfig(config)
}
