import { environmentAliases } from './aliases.ts'
import { configKeys, type ConfigKey } from './schema.ts'

export type RawLayer = {
  values: Partial<Record<ConfigKey, unknown>>
  origins: Partial<Record<ConfigKey, string>>
}

const listKeys = new Set<ConfigKey>(['models', 'allowed_hosts', 'workers', 'jwt_audience'])
/** A secret of digits is no number. */
const textKeys = new Set<ConfigKey>(['store', 'jwt_secret', 'jwt_jwks', 'jwt_issuer'])

/** Text from the environment, in the shape that the schema wants: lists by comma, numbers and booleans as such. */
function readText(key: ConfigKey, text: string): unknown {
  if (listKeys.has(key))
    return text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean)
  if (textKeys.has(key)) return text
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (text === 'true' || text === 'false') return text === 'true'
  return key === 'log_level' ? text.toLowerCase() : text
}

export function readEnvironment(environment: NodeJS.ProcessEnv): RawLayer {
  const layer: RawLayer = { values: {}, origins: {} }
  const take = (key: ConfigKey, variable: string) => {
    const text = environment[variable]
    if (text === undefined || text === '') return
    layer.values[key] = readText(key, text)
    layer.origins[key] = `environment ${variable}`
  }
  for (const [variable, key] of Object.entries(environmentAliases)) take(key, variable)
  for (const key of configKeys) take(key, `SLUICE_${key.toUpperCase()}`)
  return layer
}
