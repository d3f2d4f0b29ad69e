import { statSync } from 'node:fs'
import { createAdmission } from '../admission/admission.ts'
import { createTotals, type Totals } from '../admission/totals.ts'
import type { Config } from '../config/schema.ts'
import type { LoadOptions } from '../engine/types.ts'
import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { createCatalogue, type Catalogue } from '../models/catalogue.ts'
import {
  createLoadedModels,
  type KnownModel,
  type LoadedModels,
  type LoadOverrides,
} from '../routing/loaded-models.ts'
import type { BroughtUp } from '../routing/loading-model.ts'
import type { ResolveHooks } from '../routing/model-router.ts'
import type { ReplicaSet } from '../routing/replica-set.ts'
import type { Events } from '../stats/events.ts'
import type { WorkerSettings } from '../workers/worker-settings.ts'
import type { ModelSettings } from '../config/configured-models.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { bringUpLocally } from './local-replicas.ts'
import { readTotalLimits } from './total-limits.ts'
import { readPatience } from './read-patience.ts'

/** Engines that need no file. */
const defaultSources: Record<string, string> = { fake: 'fake:' }

export type ModelHouse = {
  catalogue: Catalogue
  loaded: LoadedModels
  fleet: Fleet
  /** Models without a file of ours: of engines that need none, and those that workers serve. */
  virtual(): KnownModel[]
}

export type ModelHouseOptions = {
  config: Config
  modelsFolder: string
  bundledModel: string
  configured: ModelSettings[]
  workerSettings: WorkerSettings
  log: Logger
  events: Events
}

/** Joins files, settings, workers and engines: which models exist, and how each is brought up. */
export function createModelHouse(options: ModelHouseOptions): ModelHouse {
  const { config, configured, log } = options
  const catalogue = fillCatalogue(options)
  const startedAt = Math.floor(Date.now() / 1000)
  const totals = createTotals(readTotalLimits(config))
  const fleet = createFleet({
    balance: config.balance,
    waitMs: config.worker_wait,
    patience: readPatience(config),
    log,
    events: options.events,
    onChange: () => unloadEmpty(loaded, fleet),
  })
  const virtual = () => {
    const withoutFile = configured.filter((model) => model.engine !== 'llama-cpp')
    const named = new Set([
      ...withoutFile.map(({ name }) => name),
      ...catalogue.list().map(({ name }) => name),
    ])
    const remote = fleet.models().filter((name) => !named.has(name))
    return [
      ...withoutFile.map(({ name, aliases }) => ({ name, aliases, created: startedAt })),
      ...remote.map((name) => ({ name, aliases: [], created: startedAt })),
    ]
  }
  const loaded = createLoadedModels({
    autoload: config.autoload,
    known: () => [
      ...virtual(),
      ...catalogue.list().map(({ name, aliases, modified }) => ({
        name,
        aliases,
        created: Math.floor(modified.getTime() / 1000),
      })),
    ],
    load: (name, overrides, hooks) =>
      bringUp({ ...options, catalogue, fleet, totals }, name, overrides, hooks),
  })
  return { catalogue, loaded, fleet, virtual }
}

/** A model whose last worker was taken away is as if it had never been loaded. */
function unloadEmpty(loaded: LoadedModels, fleet: Fleet): void {
  for (const { model } of loaded.running())
    if (fleet.replicas(model).replicas().length === 0) void loaded.unload(model)
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

type House = ModelHouseOptions & { catalogue: Catalogue; fleet: Fleet; totals: Totals }

/**
 * A model that workers serve is not loaded here as well, unless the config names it under `models`: then both are
 * its replicas.
 */
async function bringUp(
  house: House,
  name: string,
  overrides: LoadOverrides,
  hooks: ResolveHooks,
): Promise<BroughtUp> {
  const { config, configured, catalogue, fleet, log, events } = house
  const settings = configured.find((model) => model.name === name)
  const source = settings?.source ?? defaultSources[settings?.engine ?? ''] ?? catalogue.find(name)?.path
  const isServed = fleet.models().includes(name)
  let takeDown = async () => {}
  if (settings || !isServed) {
    if (source === undefined)
      throw new AppError('model_not_found', `there is no model "${name}"`, { param: 'model' })
    log.info({ event: 'model.loading', model: name, source }, 'loading a model')
    events.record('model.loading', { model: name })
    const model = {
      name,
      engine: settings?.engine ?? 'llama-cpp',
      isolation: settings?.isolation ?? config.isolation,
      replicas: settings?.replicas ?? 1,
      load: readLoadOptions(config, settings, source, overrides),
    }
    takeDown = await bringUpLocally(fleet, model, house.workerSettings, hooks)
  }
  const set = fleet.replicas(name)
  log.info({ event: 'model.loaded', model: name, slots: set.status().slots, info: set.info }, 'model loaded')
  events.record('model.loaded', { model: name, slots: set.status().slots })
  return openModel(house, set, async () => {
    await fleet.closeReplicas(name)
    await takeDown()
    events.record('model.unloaded', { model: name })
  })
}

/** Admission follows the slots of the workers that come and go. */
function openModel({ config, totals }: House, set: ReplicaSet, takeDown: () => Promise<void>): BroughtUp {
  const countSlots = () => config.max_concurrent_requests ?? Math.max(1, set.openSlots())
  const admission = createAdmission({
    slots: countSlots(),
    queue: config.queue_size,
    maxWaitMs: config.queue_timeout,
    share: config.queue_share,
    totals,
  })
  const unsubscribe = set.subscribe(() => admission.resize(countSlots()))
  return {
    engine: set,
    admission,
    async close() {
      unsubscribe()
      await takeDown()
    },
  }
}

function readLoadOptions(
  config: Config,
  settings: ModelSettings | undefined,
  source: string,
  overrides: LoadOverrides,
): LoadOptions {
  return {
    source,
    contextLength: overrides.contextLength ?? settings?.contextLength ?? config.context_length,
    parallel: overrides.parallel ?? settings?.parallel ?? config.parallel,
    threads: overrides.threads ?? settings?.threads ?? config.threads,
    batchTokens: config.batch_tokens,
    gpuLayers: config.gpu_layers,
  }
}
