import { configSchema, type ConfigKey } from './schema.ts'

const durationKeys = new Set<ConfigKey>([
  'queue_timeout',
  'read_timeout',
  'write_timeout',
  'keep_alive',
  'drain_timeout',
  'jwt_clock_skew',
  'worker_timeout',
  'worker_stall_timeout',
  'worker_wait',
  'limits_timeout',
])

/** A resolved value as one would write it in the config file: durations are kept in milliseconds inside. */
export function describeSetting(key: ConfigKey, value: unknown, origin: string) {
  const shown = hideSecret(key, durationKeys.has(key) ? `${Number(value) / 1000}s` : value)
  return {
    key,
    value: shown ?? null,
    origin,
    text: shown === undefined ? 'unset' : typeof shown === 'string' ? shown : JSON.stringify(shown),
    description: configSchema.shape[key].description ?? '',
  }
}

/** What is shown may end up in a ticket. */
function hideSecret(key: ConfigKey, value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (key === 'jwt_secret') return '***'
  // postgres://user:password@host, and ?password=
  return key === 'store' || key === 'limits_store'
    ? value.replace(/(:\/\/[^/@:]*):.*@/, '$1:***@').replaceAll(/([?&]\w*password=)[^&]*/gi, '$1***')
    : value
}
