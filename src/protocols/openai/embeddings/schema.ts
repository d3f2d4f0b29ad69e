import { z } from 'zod'
import { prompts } from '../completions/prompt-schema.ts'

/** Every parameter of OpenAI's endpoint, as of openai-node 7.55. */
export const embeddingsRequest = z.strictObject({
  model: z.string().min(1).max(1024),
  input: prompts,
  dimensions: z.int().min(1).max(1_000_000).nullish(),
  /** openai-node asks for base64 when its caller asks for nothing. */
  encoding_format: z.enum(['float', 'base64']).nullish(),
  user: z.string().max(512).nullish(),
})
