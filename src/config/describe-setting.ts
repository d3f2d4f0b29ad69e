import { configSchema, type ConfigKey } from './schema.ts'

const durationKeys = new Set<ConfigKey>([
  'queue_timeout',
  'read_timeout',
  'write_timeout',
  'keep_alive',
  'drain_timeout',
  'worker_timeout',
  'worker_stall_timeout',
  'worker_wait',
])

/** A resolved value as one would write it in the config file: durations are kept in milliseconds inside. */
export function describeSetting(key: ConfigKey, value: unknown, origin: string) {
  const shown = durationKeys.has(key) ? `${Number(value) / 1000}s` : value
  return {
    key,
    value: shown ?? null,
    origin,
    text: shown === undefined ? 'unset' : typeof shown === 'string' ? shown : JSON.stringify(shown),
    description: configSchema.shape[key].description ?? '',
  }
}
