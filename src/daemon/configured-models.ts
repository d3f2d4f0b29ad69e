import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { looksLikePath } from '../config/model-path.ts'
import type { Config } from '../config/schema.ts'
import { AppError } from '../errors.ts'
import { nameFromPath } from '../models/model-name.ts'

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

/** The bundled model: beside the sources in a checkout, beside `dist` in the package. */
export function findBundledModel(root: string): string {
  return resolve(root, 'pocket', 'pocket.gguf')
}

/** The folder that holds `package.json`, from `src/daemon/` as from `dist/src/daemon/`. */
export function packageRoot(): string {
  const here = fileURLToPath(new URL('.', import.meta.url))
  return /[\\/]dist[\\/]src[\\/]daemon[\\/]$/.test(here) ? resolve(here, '../../..') : resolve(here, '../..')
}
