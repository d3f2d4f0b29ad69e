import { resolve } from 'node:path'
import * as Flags from '@oclif/core/flags'
import { looksLikePath } from '../config/model-path.ts'

/** Flags that set a config key of the same name; their texts are short forms of the schema's descriptions. */
export const configFlags = {
  model: Flags.string({
    multiple: true,
    helpValue: 'NAME|PATH',
    description: 'model to load at start: a name or a GGUF file (repeatable)',
  }),
  host: Flags.string({ description: 'address to listen on; default 127.0.0.1' }),
  port: Flags.integer({
    min: 0,
    max: 65_535,
    description: 'port to listen on, 0 for a free one; default 8080',
  }),
  parallel: Flags.integer({
    min: 1,
    max: 256,
    description: 'slots per model: requests generated at the same time',
  }),
  'context-length': Flags.integer({ min: 16, description: 'tokens per slot, prompt and answer together' }),
  threads: Flags.integer({ min: 1, max: 1024, description: 'CPU threads per model' }),
  'queue-size': Flags.integer({ min: 0, description: 'waiting requests per model; more get 429' }),
  'drain-timeout': Flags.string({
    helpValue: '30s',
    description: 'time that running requests get when the daemon stops',
  }),
  'log-level': Flags.string({ description: 'trace, debug, info, warn, error, fatal or silent' }),
  lenient: Flags.boolean({ description: 'ignore unknown request parameters instead of refusing them' }),
  insecure: Flags.boolean({ description: 'allow an address that other machines can reach' }),
}

/** Flags by config key, without those that were not given. Model paths become absolute: the daemon may live elsewhere. */
export function readConfigFlags(flags: Record<string, unknown>): Record<string, unknown> {
  const given = Object.keys(configFlags).filter((name) => flags[name] !== undefined)
  return Object.fromEntries(
    given.map((name) =>
      name === 'model' ? ['models', readModels(flags.model)] : [name.replaceAll('-', '_'), flags[name]],
    ),
  )
}

const readModels = (words: unknown) =>
  (words as string[]).map((word) => (looksLikePath(word) ? resolve(word) : word))
