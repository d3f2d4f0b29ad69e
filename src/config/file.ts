import { readFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { AppError } from '../errors.ts'
import { keyAliases } from './aliases.ts'
import type { RawLayer } from './environment.ts'
import { configKeys, type ConfigKey } from './schema.ts'

const maxBytes = 1024 ** 2

/** Reads a YAML config file. `required: false` lets it be absent. */
export function readConfigFile(path: string, options: { required: boolean }): RawLayer {
  const layer: RawLayer = { values: {}, origins: {} }
  const text = readText(path, options.required)
  if (text === undefined) return layer
  const document = parseDocument(text, { prettyErrors: true })
  const [problem] = document.errors
  if (problem) throw invalid(path, problem.message.split('\n')[0]!)
  const content: unknown = document.toJS({ maxAliasCount: 100 })
  if (content === null) return layer
  if (typeof content !== 'object' || Array.isArray(content))
    throw invalid(path, 'expected "key: value" lines')
  for (const [name, value] of Object.entries(content)) {
    const key = keyAliases[name] ?? (name as ConfigKey)
    if (!configKeys.includes(key)) throw unknownKey(path, name)
    if (key in layer.values) throw invalid(path, `"${name}" and another name for it are both set`)
    if (value === null) continue
    layer.values[key] = value
    layer.origins[key] = path
  }
  return layer
}

function readText(path: string, required: boolean): string | undefined {
  try {
    const bytes = readFileSync(path)
    if (bytes.length > maxBytes) throw invalid(path, `larger than ${maxBytes} bytes`)
    return bytes.toString('utf8')
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' && !required) return undefined
    const reason =
      code === 'ENOENT'
        ? 'it does not exist'
        : code === 'EISDIR'
          ? 'it is a folder'
          : `it cannot be read (${code})`
    throw new AppError('invalid_config', `config file ${path}: ${reason}`, { cause })
  }
}

const invalid = (path: string, reason: string) =>
  new AppError('invalid_config', `config file ${path}: ${reason}`)

function unknownKey(path: string, name: string): AppError {
  const near = configKeys.find(
    (key) => key.replaceAll('_', '') === name.replaceAll(/[-_]/g, '').toLowerCase(),
  )
  const hint = near ? `did you mean "${near}"?` : 'run "sluice config show" for the known keys'
  return new AppError('invalid_config', `config file ${path}: unknown key "${name}"; ${hint}`, {
    param: name,
  })
}
