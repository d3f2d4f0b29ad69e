import type { z } from 'zod'
import { AppError } from '../errors.ts'
import { readEnvironment, type RawLayer } from './environment.ts'
import { readConfigFile } from './file.ts'
import { configKeys, configSchema, type Config, type ConfigKey } from './schema.ts'

export type Flags = Partial<Record<ConfigKey, unknown>>
export type Resolved = { config: Config; origins: Record<ConfigKey, string> }

/**
 * flag > environment > file > default; the first that says anything wins, key by key.
 * `file` is one that the caller asked for and must exist; `defaultFile` may be absent.
 * Rejects with `invalid_config`, which names the key and where it came from.
 */
export function resolveConfig(sources: {
  flags?: Flags
  environment?: NodeJS.ProcessEnv
  file?: string | undefined
  defaultFile?: string
}): Resolved {
  const flags = Object.entries(sources.flags ?? {}).filter(([, value]) => value !== undefined)
  const layers: RawLayer[] = [
    {
      values: Object.fromEntries(flags),
      origins: Object.fromEntries(flags.map(([key]) => [key, `flag --${key.replaceAll('_', '-')}`])),
    },
    readEnvironment(sources.environment ?? {}),
    readFileLayer(sources),
  ]
  const values = Object.assign({}, ...layers.map((layer) => layer.values).toReversed()) as object
  const given = Object.assign({}, ...layers.map((layer) => layer.origins).toReversed()) as Partial<
    Record<ConfigKey, string>
  >
  const parsed = configSchema.safeParse(values)
  if (!parsed.success) throw describeIssue(parsed.error.issues[0]!, given)
  const origins = Object.fromEntries(configKeys.map((key) => [key, given[key] ?? 'default']))
  return { config: parsed.data, origins: origins as Record<ConfigKey, string> }
}

function readFileLayer({ file, defaultFile }: { file?: string | undefined; defaultFile?: string }): RawLayer {
  if (file !== undefined) return readConfigFile(file, { required: true })
  return defaultFile === undefined
    ? { values: {}, origins: {} }
    : readConfigFile(defaultFile, { required: false })
}

function describeIssue(given: z.core.$ZodIssue, origins: Partial<Record<ConfigKey, string>>): AppError {
  const issue = findCause(given)
  const key = issue.path.join('.')
  const origin = origins[issue.path[0] as ConfigKey]
  return new AppError('invalid_config', `${key}: ${issue.message}${origin ? ` (from ${origin})` : ''}`, {
    param: key,
  })
}

/** Of a value with several shapes: what is wrong with the shape that was meant, instead of "invalid input". */
function findCause(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue
  const isMeant = (issues: z.core.$ZodIssue[]) =>
    issues.every(({ code, path }) => !(code === 'invalid_type' && path.length === 0) && path[0] !== 'kind')
  const [cause] =
    issue.errors.find(isMeant) ?? issue.errors.find((issues) => issues[0]?.path[0] === 'kind') ?? []
  return cause ? findCause({ ...cause, path: [...issue.path, ...cause.path] }) : issue
}
