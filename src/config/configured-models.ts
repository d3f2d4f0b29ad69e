import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { AppError } from '../errors.ts'
import { nameFromPath } from '../model-name.ts'
import { looksLikePath } from './model-path.ts'
import type { Config } from './schema.ts'

/** How one model is to be run, whether it comes from the config or is only known to the catalogue. */
export type ModelSettings = {
  name: string
  engine: string
  /** A file or an engine's own source; undefined: the catalogue's file of that name. */
  source: string | undefined
  aliases: string[]
  /** Undefined: as for all models. */
  isolation: 'process' | 'in-process' | undefined
  replicas: number
  parallel: number | undefined
  contextLength: number | undefined
  threads: number | undefined
}

const plain = {
  aliases: [],
  isolation: undefined,
  replicas: 1,
  parallel: undefined,
  contextLength: undefined,
  threads: undefined,
}

/** `models` of the config: names, files (relative to `baseFolder`), `fake:` sources, and objects. */
export function readConfiguredModels(config: Config, baseFolder: string): ModelSettings[] {
  const models = config.models.map((model): ModelSettings => {
    if (typeof model === 'string') return readText(model, baseFolder)
    const {
      context_length: contextLength,
      name,
      engine,
      aliases,
      isolation,
      replicas,
      parallel,
      threads,
    } = model
    const source =
      model.source === undefined || engine !== 'llama-cpp'
        ? model.source
        : resolvePath(model.source, baseFolder)
    return { name, engine, source, aliases, isolation, replicas, parallel, threads, contextLength }
  })
  const taken = new Set<string>()
  for (const name of models.flatMap((model) => [model.name, ...model.aliases])) {
    if (taken.has(name))
      throw new AppError('invalid_config', `models: the name "${name}" is used twice`, { param: 'models' })
    taken.add(name)
  }
  return models
}

function readText(text: string, baseFolder: string): ModelSettings {
  if (text.startsWith('fake:')) return { ...plain, name: 'fake', engine: 'fake', source: text }
  if (!looksLikePath(text)) return { ...plain, name: text, engine: 'llama-cpp', source: undefined }
  return { ...plain, name: nameFromPath(text), engine: 'llama-cpp', source: resolvePath(text, baseFolder) }
}

const resolvePath = (path: string, baseFolder: string) =>
  resolve(baseFolder, path.replace(/^~(?=[\\/])/, homedir()))

/** The model that requests call `name`, by its own name or another one. */
export const findConfiguredModel = (models: ModelSettings[], name: string): ModelSettings | undefined =>
  models.find((model) => model.name === name || model.aliases.includes(name))
