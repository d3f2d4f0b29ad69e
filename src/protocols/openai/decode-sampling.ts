import type { GenerateRequest, Sampling } from '../../engine/types.ts'

type Wire = {
  temperature?: number | null | undefined
  top_p?: number | null | undefined
  top_k?: number | null | undefined
  min_p?: number | null | undefined
  seed?: number | null | undefined
  presence_penalty?: number | null | undefined
  frequency_penalty?: number | null | undefined
  repetition_penalty?: number | null | undefined
  repeat_penalty?: number | null | undefined
  logit_bias?: Map<number, number> | undefined
  stop?: string | string[] | null | undefined
  ignore_eos?: boolean | null | undefined
  min_tokens?: number | null | undefined
}

/** Everything but the prompt and the length, which each endpoint has in its own way. */
export function decodeSampling(wire: Wire): Omit<GenerateRequest, 'prompt'> {
  const sampling: Sampling = {}
  const put = <K extends keyof Sampling>(key: K, value: Sampling[K] | null) => {
    if (value !== undefined && value !== null) sampling[key] = value
  }
  put('temperature', wire.temperature)
  put('topP', wire.top_p)
  // 0 and -1 are two customs for "no limit".
  put('topK', wire.top_k != null && wire.top_k > 0 ? wire.top_k : undefined)
  put('minP', wire.min_p)
  put('seed', wire.seed)
  put('presencePenalty', wire.presence_penalty)
  put('frequencyPenalty', wire.frequency_penalty)
  put('repetitionPenalty', wire.repetition_penalty ?? wire.repeat_penalty)
  put('logitBias', wire.logit_bias)
  const { min_tokens: least } = wire
  return {
    sampling,
    stop: [wire.stop ?? []].flat(),
    ignoreEos: wire.ignore_eos ?? false,
    ...(least != null && least > 0 && { minTokens: least }),
  }
}
