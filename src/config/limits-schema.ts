import { z } from 'zod'
import { duration } from './duration.ts'
import { modelName } from './model-schema.ts'

/** A caller's name, or `*`: everybody has one of his own. */
const name = z.string().min(1).max(200)

/** Above these a number is a slip of the finger, and sums would no longer be exact. */
const count = (most: number) => z.int().min(1).max(most)
const money = z.number().min(0.000_001, 'use 0.000001 or more').max(1_000_000)
const price = z.number().min(0).max(100_000)

const callers = {
  key: name.optional().describe('public id of a key, or "*"'),
  user: name.optional().describe('name of a user, or "*"'),
  team: name.optional().describe('name of a team, or "*"'),
  tenant: name.optional().describe('name of a tenant, or "*"'),
  model: z
    .union([z.literal('*'), modelName])
    .optional()
    .describe('name of a model, or "*"'),
}

const amounts = {
  requests_per_minute: count(10_000_000).optional().describe('requests in any 60 seconds'),
  tokens_per_minute: count(1e12).optional().describe('tokens in any 60 seconds, prompt and answer'),
  tokens_per_day: count(1e14).optional().describe('tokens from midnight to midnight UTC'),
  concurrent_requests: count(1_000_000).optional().describe('requests at the same time'),
  budget_per_day: money.optional().describe('US dollars from midnight to midnight UTC'),
  budget_per_month: money.optional().describe('US dollars in a calendar month, UTC'),
}

const selectors = Object.keys(callers) as (keyof typeof callers)[]
const resources = Object.keys(amounts) as (keyof typeof amounts)[]

const rule = z
  .strictObject({ ...callers, ...amounts })
  .refine((value) => selectors.some((key) => value[key] !== undefined), {
    message: `says not whose limit it is; add ${selectors.join(', ')} with a name or "*"`,
  })
  .refine((value) => resources.some((key) => value[key] !== undefined), {
    message: `limits nothing; add one of ${resources.join(', ')}`,
  })

const rules = z.array(rule).max(10_000).superRefine(refuseTwice)

/** Two rules for the same callers: nobody could say which of them counts. */
function refuseTwice(list: z.output<typeof rule>[], context: z.RefinementCtx): void {
  const seen = new Map<string, number>()
  for (const [index, each] of list.entries()) {
    const whose = JSON.stringify(selectors.map((key) => each[key] ?? null))
    const earlier = seen.get(whose)
    if (earlier !== undefined) {
      const message = `is for the same callers as limits.${earlier}; write one rule`
      context.addIssue({ code: 'custom', path: [index], message })
    }
    seen.set(whose, index)
  }
}

const prices = z.strictObject({
  input: price.describe('of prompt tokens'),
  cached: price.optional().describe('of prompt tokens that were cached; default: as input'),
  output: price.describe('of generated tokens'),
})

/** The settings that say how much callers may use, and where that is counted. */
export const limitSettings = {
  limits: rules.default([]).describe('what callers may use: rates, tokens, concurrency, money'),
  limits_store: z
    .string()
    .regex(/^(memory|rediss?:\/\/.+)$/, 'write memory, redis://HOST:PORT or rediss://HOST:PORT')
    .default('memory')
    .describe('where limits are counted: memory, or the Redis or Valkey that several daemons share'),
  limits_on_failure: z
    .enum(['local', 'fail_open', 'fail_closed'])
    .default('local')
    .describe('while Redis is away: count here, against limit / limits_replicas; let all pass; refuse all'),
  limits_replicas: z.int().min(1).max(1000).default(1).describe('how many daemons share the Redis'),
  limits_timeout: duration
    .refine((ms) => ms >= 5 && ms <= 10_000, 'use 5ms to 10s')
    .default(100)
    .describe('longest wait for Redis; then it counts as away'),
  limits_answer_tokens: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(1024)
    .describe('tokens reserved for an answer whose request names no max_tokens'),
  prices: z
    .record(z.union([z.literal('*'), modelName]), prices)
    .default({})
    .describe('US dollars per million tokens, by model; "*": every other model'),
}
