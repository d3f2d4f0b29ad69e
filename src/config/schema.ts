import { z } from 'zod'
import { accessSettings } from './access-schema.ts'
import { duration } from './duration.ts'
import { byteSize } from './size.ts'

const parallel = z.int().min(1).max(256)
const contextLength = z.int().min(16).max(10_000_000)
const threads = z.int().min(1).max(1024)

const modelName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9][\w.:-]*(\/[A-Za-z0-9][\w.:-]*)*$/, 'use letters, digits, ".", "_", "-", ":" and "/"')

const modelSchema = z.strictObject({
  name: modelName.describe('the name that requests use'),
  source: z.string().min(1).optional().describe('GGUF file; default: the pulled model of that name'),
  engine: z.enum(['llama-cpp', 'fake']).default('llama-cpp').describe('what runs it'),
  aliases: z.array(modelName).max(32).default([]).describe('other names for it'),
  parallel: parallel.optional().describe('slots: requests generated at the same time'),
  context_length: contextLength.optional().describe('tokens per slot, prompt and answer together'),
  threads: threads.optional().describe('CPU threads for this model'),
})

/** Every setting, its default and its meaning. `config show`, the flags and the docs are read from here. */
export const configSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
  port: z.int().min(0).max(65_535).default(8080).describe('port to listen on; 0 picks a free one'),
  insecure: z
    .boolean()
    .default(false)
    .describe('allow an address that other machines can reach, without keys'),
  ...accessSettings,
  allowed_hosts: z
    .array(z.string().min(1))
    .default([])
    .describe('further names accepted in the Host and Origin headers'),
  models: z
    .array(z.union([z.string().min(1), modelSchema]))
    .max(64)
    .default([])
    .describe('models to load at start: a name, a GGUF file, or an object'),
  default_model: modelName.default('pocket').describe('the model of chat and bench when none is named'),
  autoload: z.boolean().default(true).describe('load a known model when a request names it'),
  parallel: parallel.optional().describe('slots per model; default: 16, fewer where memory is short'),
  context_length: contextLength
    .optional()
    .describe('tokens per slot; default: what the model was trained for, at most 4096'),
  threads: threads.optional().describe('CPU threads per model; default: the processor cores'),
  batch_tokens: z.int().min(1).max(8192).default(512).describe('most tokens in one decode step'),
  gpu_layers: z
    .union([z.literal('auto'), z.int().min(0)])
    .default('auto')
    .describe('layers kept on the GPU'),
  max_concurrent_requests: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('running requests per model; default: its slots'),
  queue_size: z.int().min(0).max(1_000_000).default(256).describe('waiting requests per model; more get 429'),
  queue_timeout: duration.default(120_000).describe('longest wait in the queue'),
  body_limit: byteSize.default(16 * 1024 ** 2).describe('largest request body'),
  read_timeout: duration.default(60_000).describe('longest time for a request to arrive'),
  write_timeout: duration.default(0).describe('longest time for a whole answer; 0: no limit'),
  keep_alive: duration.default(5000).describe('silence before an SSE comment is sent'),
  drain_timeout: duration.default(30_000).describe('time that running requests get when the daemon stops'),
  lenient: z.boolean().default(false).describe('ignore unknown request parameters instead of refusing them'),
  log_level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('least level written'),
  worker_address: z.string().optional().describe('address of an external gRPC worker'),
})

export type Config = z.output<typeof configSchema>
export type ConfigKey = keyof Config
export const configKeys = Object.keys(configSchema.shape) as ConfigKey[]
