import type { GenerateRequest } from '../../../engine/types.ts'
import { decodeSampling } from '../decode-sampling.ts'
import type { CompletionRequest } from './schema.ts'

/** One request per prompt. Pure: no clock, no network, no defaults from config. */
export function decodeCompletion(wire: CompletionRequest): GenerateRequest[] {
  const shared = { ...decodeSampling(wire), ...(wire.max_tokens != null && { maxTokens: wire.max_tokens }) }
  return wire.prompt.map((prompt) => ({ prompt, ...shared }))
}
