import { statSync } from 'node:fs'
import { createAdmission } from '../admission/admission.ts'
import type { Config } from '../config/schema.ts'
import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { createCatalogue, type Catalogue } from '../models/catalogue.ts'
import {
  createLoadedModels,
  type KnownModel,
  type LoadedModels,
  type LoadOverrides,
} from '../routing/loaded-models.ts'
import type { ResolveHooks } from '../routing/model-router.ts'
import type { ModelSettings } from './configured-models.ts'
import { engineLoaders } from '../engines/registry.ts'

/** Engines that need no file. */
const defaultSources: Record<string, string> = { fake: 'fake:' }

export type ModelHouse = { catalogue: Catalogue; loaded: LoadedModels; virtual: KnownModel[] }

type ModelHouseOptions = {
  config: Config
  modelsFolder: string
  bundledModel: string
  configured: ModelSettings[]
  log: Logger
}

/** Joins files, settings and engines: which models exist, and how each is brought up. */
export function createModelHouse(options: ModelHouseOptions): ModelHouse {
  const { config, configured, log } = options
  const catalogue = fillCatalogue(options)
  const startedAt = Math.floor(Date.now() / 1000)
  /** Models without a file of ours. */
  const virtual = configured
    .filter((model) => model.engine !== 'llama-cpp')
    .map(({ name, aliases }) => ({ name, aliases, created: startedAt }))

  const loaded = createLoadedModels({
    autoload: config.autoload,
    known: () => [
      ...virtual,
      ...catalogue.list().map(({ name, aliases, modified }) => ({
        name,
        aliases,
        created: Math.floor(modified.getTime() / 1000),
      })),
    ],
    async load(name, overrides, hooks) {
      const settings = configured.find((model) => model.name === name)
      const source = settings?.source ?? defaultSources[settings?.engine ?? ''] ?? catalogue.find(name)?.path
      if (source === undefined)
        throw new AppError('model_not_found', `there is no model "${name}"`, { param: 'model' })
      log.info({ event: 'model.loading', model: name, source }, 'loading a model')
      const engine = await loadEngine(config, settings, source, overrides, hooks)
      const slots = config.max_concurrent_requests ?? engine.status().slots
      log.info(
        { event: 'model.loaded', model: name, slots: engine.status().slots, info: engine.info },
        'model loaded',
      )
      return {
        engine,
        admission: createAdmission({ slots, queue: config.queue_size, maxWaitMs: config.queue_timeout }),
      }
    },
  })
  return { catalogue, loaded, virtual }
}

/** The bundled model and the files that the config names, beside what is pulled. */
function fillCatalogue({ configured, modelsFolder, bundledModel }: ModelHouseOptions): Catalogue {
  const aliases = new Map(configured.map((model) => [model.name, model.aliases]))
  const catalogue = createCatalogue(modelsFolder, aliases)
  if (statSync(bundledModel, { throwIfNoEntry: false })) {
    catalogue.register({ name: 'pocket', path: bundledModel, origin: 'bundled' })
  }
  for (const { name, source, engine } of configured) {
    if (source === undefined || engine !== 'llama-cpp') continue
    catalogue.register({ name, path: source, origin: 'file' })
  }
  return catalogue
}

async function loadEngine(
  config: Config,
  settings: ModelSettings | undefined,
  source: string,
  overrides: LoadOverrides,
  hooks: ResolveHooks,
) {
  const loader = await engineLoaders[settings?.engine ?? 'llama-cpp']!()
  return loader.load(
    {
      source,
      contextLength: overrides.contextLength ?? settings?.contextLength ?? config.context_length,
      parallel: overrides.parallel ?? settings?.parallel ?? config.parallel,
      threads: overrides.threads ?? settings?.threads ?? config.threads,
      batchTokens: config.batch_tokens,
      gpuLayers: config.gpu_layers,
    },
    hooks,
  )
}
