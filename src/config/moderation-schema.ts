import { z } from 'zod'
import { duration } from './duration.ts'
import { modelName } from './model-schema.ts'

const patterns = z.array(z.string().min(1).max(200)).max(256)
const isWebAddress = (text: string) => {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}
const timeout = duration.refine((ms) => ms >= 1 && ms <= 120_000, 'use 1ms to 2m')
const action = z.enum(['block', 'redact', 'flag'])
const on_failure = z
  .enum(['allow', 'block'])
  .default('block')
  .describe('what happens to a request that could not be checked')

const common = {
  name: z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9][\w.-]*$/, 'use letters, digits, ".", "_" and "-"')
    .describe('as in errors, flags and logs'),
  on: z.enum(['input', 'output', 'both']).default('both').describe('what it looks at'),
  models: patterns.optional().describe('only requests for these models; * stands for anything'),
  keys: patterns.optional().describe('only callers with these key ids'),
  teams: patterns.optional().describe('only callers of these teams'),
  replacement: z.string().max(200).default('[REDACTED]').describe('what redact puts there'),
}

const words = z
  .strictObject({
    ...common,
    kind: z.literal('words'),
    action,
    words: z.array(z.string().max(200)).max(100_000).optional().describe('words and phrases'),
    file: z.string().min(1).max(4096).optional().describe('a file with one per line; # begins a comment'),
    whole_words: z.boolean().default(true).describe('not inside longer words'),
  })
  .refine((value) => value.words !== undefined || value.file !== undefined, 'needs words or a file')

const regex = z
  .strictObject({
    ...common,
    kind: z.literal('regex'),
    action,
    patterns: z.array(z.string().min(1).max(2000)).max(64).default([]).describe('RE2 expressions'),
    builtin: z
      .array(z.enum(['email', 'credit_card', 'iban', 'phone', 'ipv4', 'api_key']))
      .max(16)
      .default([])
      .describe('well-known shapes'),
    ignore_case: z.boolean().default(false),
    max_match: z
      .int()
      .min(1)
      .max(4096)
      .default(128)
      .describe('longest match; what a stream holds back at most'),
  })
  .refine((value) => value.patterns.length + value.builtin.length > 0, 'needs patterns or builtin')

const webhook = z.strictObject({
  ...common,
  kind: z.literal('webhook'),
  url: z.string().max(2048).refine(isWebAddress, 'write an http:// or https:// URL without a password in it'),
  action: action.optional().describe('what is done when it finds something; default: what it answers'),
  secret_env: z
    .string()
    .regex(/^[A-Za-z_]\w{0,127}$/, "write an environment variable's name")
    .optional()
    .describe('the environment variable with the secret that signs the calls'),
  timeout: timeout.default(2000).describe('longest wait for an answer'),
  on_failure,
  segment: z.int().min(1).max(16_000).default(240).describe('least characters of an answer per call'),
})

const model = z.strictObject({
  ...common,
  kind: z.literal('model'),
  model: modelName.describe('the model that judges'),
  action,
  prompt: z
    .string()
    .max(16_000)
    .refine((text) => text.includes('{{text}}'), 'must say where the text goes: {{text}}')
    .optional()
    .describe('what it is asked; default: whether the text is harmful'),
  timeout: timeout.default(10_000).describe('longest wait for its answer'),
  on_failure,
  segment: z.int().min(1).max(16_000).default(600).describe('least characters of an answer per question'),
  max_text: z.int().min(400).max(1_000_000).default(4000).describe('most characters per question'),
})

const filter = z.discriminatedUnion('kind', [words, regex, webhook, model], {
  error: (issue) =>
    issue.code === 'invalid_union' ? 'must be "words", "regex", "webhook" or "model"' : undefined,
})

/** The settings that say what may not be asked or answered. */
export const moderationSettings = {
  moderation: z
    .array(filter)
    .max(64)
    .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, 'two filters have one name')
    .default([])
    .describe('content filters, in the order in which they look'),
}
export type FilterConfig = z.output<typeof filter>
