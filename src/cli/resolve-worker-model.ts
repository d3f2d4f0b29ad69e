import { resolveBaseFolder } from '../config/base-folder.ts'
import { findConfiguredModel, readConfiguredModels, type ModelSettings } from '../config/configured-models.ts'
import { looksLikePath } from '../config/model-path.ts'
import { resolveConfig } from '../config/resolve.ts'
import { AppError } from '../errors.ts'
import { nameFromPath } from '../model-name.ts'
import { findModelFile } from './find-model-file.ts'

export type WorkerModelPlaces = {
  /** Of the package. */
  root: string
  /** The pulled models. */
  models: string
  /** `--config`, which must exist. */
  configFile: string | undefined
  defaultConfigFile: string
  folder: string
  environment: NodeJS.ProcessEnv
}

export type WorkerModel = {
  id: string
  source: string
  /** As the config says for this model. */
  settings: Partial<Pick<ModelSettings, 'parallel' | 'contextLength' | 'threads'>>
}

/** `--model` as `serve` reads it: a file, a name, or a name or an alias of the config's `models`. */
export function resolveWorkerModel(model: string, engine: string, places: WorkerModelPlaces): WorkerModel {
  const isFile = engine === 'llama-cpp'
  const configured =
    model.startsWith('fake:') || looksLikePath(model) ? undefined : findConfigured(model, places)
  if (!configured) {
    const source = isFile ? findModelFile(model, places) : model
    const name = looksLikePath(model) ? nameFromPath(model) : model
    return { id: isFile ? name : engine, source, settings: {} }
  }
  if (configured.engine !== engine) {
    const message = `the config says that "${model}" runs on ${configured.engine}; give --engine ${configured.engine}`
    throw new AppError('invalid_request', message, { param: 'engine' })
  }
  const { name, parallel, contextLength, threads } = configured
  const source = isFile
    ? findModelFile(configured.source ?? name, places)
    : (configured.source ?? `${engine}:`)
  return { id: name, source, settings: { parallel, contextLength, threads } }
}

function findConfigured(model: string, places: WorkerModelPlaces): ModelSettings | undefined {
  const { configFile, defaultConfigFile, environment, folder } = places
  const resolved = resolveConfig({ environment, file: configFile, defaultFile: defaultConfigFile })
  const base = resolveBaseFolder(resolved, configFile ?? defaultConfigFile, folder)
  return findConfiguredModel(readConfiguredModels(resolved.config, base), model)
}
