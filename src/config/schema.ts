import { z } from 'zod'
import { accessSettings } from './access-schema.ts'
import { admissionSettings } from './admission-schema.ts'
import { duration } from './duration.ts'
import { limitSettings } from './limits-schema.ts'
import { contextLength, isolation, modelName, modelSchema, parallel, threads } from './model-schema.ts'
import { ledgerSettings } from './ledger-schema.ts'
import { moderationSettings } from './moderation-schema.ts'
import { byteSize } from './size.ts'
import { timeoutSettings } from './timeout-schema.ts'
import { workerSchema } from './worker-schema.ts'

/** Every setting, its default and its meaning. `config show`, the flags and the docs are read from here. */
export const configSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
  port: z.int().min(0).max(65_535).default(8080).describe('port to listen on; 0 picks a free one'),
  insecure: z
    .boolean()
    .default(false)
    .describe('allow an address that other machines can reach, without keys'),
  ...accessSettings,
  ...ledgerSettings,
  ...limitSettings,
  ...moderationSettings,
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
  threads: threads.optional().describe("CPU threads per model; default: follows the machine's load"),
  batch_tokens: z.int().min(1).max(8192).default(512).describe('most tokens in one decode step'),
  gpu_layers: z
    .union([z.literal('auto'), z.int().min(0)])
    .default('auto')
    .describe('layers kept on the GPU'),
  isolation: isolation
    .default('process')
    .describe('run each engine in a process of its own, or inside the daemon'),
  ...admissionSettings,
  body_limit: byteSize.default(16 * 1024 ** 2).describe('largest request body'),
  read_timeout: duration.default(60_000).describe('longest time for a request to arrive'),
  ...timeoutSettings,
  keep_alive: duration.default(5000).describe('silence before an SSE comment is sent'),
  drain_timeout: duration.default(30_000).describe('time that running requests get when the daemon stops'),
  lenient: z.boolean().default(false).describe('ignore unknown request parameters instead of refusing them'),
  log_level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('least level written'),
  workers: z
    .array(workerSchema)
    .max(256)
    .default([])
    .describe('Python workers to start, and running workers to use by their address'),
  worker_address: z.string().optional().describe('one more running worker: unix:PATH or HOST:PORT'),
  worker_timeout: duration.default(10_000).describe('silence after which a worker counts as lost'),
  worker_stall_timeout: duration
    .default(60_000)
    .describe('time without a step after which a worker with work counts as stuck'),
  worker_wait: duration.default(10_000).describe('longest wait for a lost worker to come back'),
  balance: z
    .enum(['least-load', 'round-robin'])
    .default('least-load')
    .describe('which of several workers a request goes to'),
})

export type Config = z.output<typeof configSchema>
export type ConfigKey = keyof Config
export const configKeys = Object.keys(configSchema.shape) as ConfigKey[]
