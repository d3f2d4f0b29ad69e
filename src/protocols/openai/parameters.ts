import { z } from 'zod'
import { always, only, refuse } from './refuse.ts'

const label = z.string().max(512).nullish()
/** OpenAI allows 4 stop strings; more is harmless within reason. */
const mostStops = 16
const stopString = z.string().min(1).max(1024)
/** OpenAI's own bounds. */
const penalty = z.number().min(-2).max(2).nullish()
const probability = z.number().min(0).max(1).nullish()

const logitBias = z
  .unknown()
  .optional()
  .transform((value, context) => {
    if (value === undefined || value === null) return undefined
    const fail = (message: string) => {
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    if (typeof value !== 'object' || Array.isArray(value))
      return fail('must be an object of token id -> bias')
    const entries = Object.entries(value)
    if (entries.length > 1024) return fail('must have at most 1024 entries')
    const biases = new Map<number, number>()
    for (const [token, bias] of entries) {
      if (!/^\d{1,9}$/.test(token))
        return fail(`its keys must be token ids, not ${JSON.stringify(token.slice(0, 40))}`)
      if (typeof bias !== 'number' || !(Math.abs(bias) <= 100))
        return fail(`the bias of token ${token} must be a number from -100 to 100`)
      biases.set(Number(token), bias)
    }
    return biases
  })

export const streamOptions = z
  .strictObject({
    include_usage: z.boolean().nullish(),
    include_obfuscation: refuse(only(false), 'chunks are not padded here; leave it out or send false'),
  })
  .nullish()

/** What chat and text completions have in common, and means the same in both. */
export const sharedParameters = {
  model: z.string().min(1).max(1024),
  max_tokens: z
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: probability,
  seed: z.int().nullish(),
  presence_penalty: penalty,
  frequency_penalty: penalty,
  logit_bias: logitBias,
  stop: z.union([stopString, z.array(stopString).max(mostStops)]).nullish(),
  n: z.int().min(1).max(128).nullish(),
  stream: z.boolean().nullish(),
  stream_options: streamOptions,
  user: label,
  // Ours, as llama-server and vLLM have them.
  top_k: z
    .int()
    .min(-1)
    .max(2 ** 31 - 1)
    .nullish(),
  min_p: probability,
  repetition_penalty: z.number().gt(0).max(10).nullish(),
  repeat_penalty: z.number().gt(0).max(10).nullish(),
  ignore_eos: z.boolean().nullish(),
  min_tokens: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .nullish(),
}

export const labels = {
  metadata: z
    .record(z.string().max(64), z.string().max(512))
    .refine((entries) => Object.keys(entries).length <= 16, 'at most 16 entries')
    .nullish(),
  safety_identifier: label,
  prompt_cache_key: label,
}

export const notHere = 'this server does not have it; leave it out'
export const never = refuse(always, notHere)

type Shared = {
  stream?: boolean | null | undefined
  stream_options?: object | null | undefined
  repetition_penalty?: number | null | undefined
  repeat_penalty?: number | null | undefined
  min_tokens?: number | null | undefined
  max_tokens?: number | null | undefined
  max_completion_tokens?: number | null | undefined
}

/** What no single parameter can know. */
export function checkTogether(body: Shared, context: z.RefinementCtx): void {
  const fail = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
  if (body.stream_options && body.stream !== true) fail('stream_options', 'only together with stream: true')
  const most = body.max_completion_tokens ?? body.max_tokens
  if (body.min_tokens != null && most != null && body.min_tokens > most) {
    fail('min_tokens', `is ${body.min_tokens}, more than the most that may be written, which is ${most}`)
  }
  const { repetition_penalty: penaltyValue, repeat_penalty: alias } = body
  if (penaltyValue != null && alias != null && penaltyValue !== alias) {
    fail('repeat_penalty', 'is another name of repetition_penalty; send one of them')
  }
}
