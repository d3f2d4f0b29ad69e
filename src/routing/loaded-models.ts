import { AppError } from '../errors.ts'
import { createLoadingModel, type BringUp, type LoadingModel, type RunningModel } from './loading-model.ts'
import { createLoadFailures, type LoadFailures } from './load-failures.ts'
import type { ModelListing } from '../engine/types.ts'
import type { ModelRouter, ResolveHooks } from './model-router.ts'

/** What the catalogue knows about a model that may be loaded. */
export type KnownModel = { name: string; aliases: string[]; created: number }
export type LoadOverrides = { parallel?: number; contextLength?: number; threads?: number }

export type LoadedModelsOptions = {
  known(): KnownModel[]
  /** Brings a model up; called at most once at a time per model. */
  load(name: string, overrides: LoadOverrides, hooks: ResolveHooks): ReturnType<BringUp>
  /** Load on the first request that names a model; otherwise only `load` does. */
  autoload: boolean
}

export interface LoadedModels extends ModelRouter {
  /** Like `resolve`, whatever `autoload` says. Rejects with `conflict` if it is loaded and other settings are asked for. */
  load(name: string, overrides: LoadOverrides, hooks: ResolveHooks): Promise<RunningModel>
  /** Running requests of that model fail with `engine_failed`. */
  unload(name: string): Promise<void>
  running(): RunningModel[]
  closeAll(): Promise<void>
}

export function createLoadedModels(options: LoadedModelsOptions): LoadedModels {
  const models = new Map<string, LoadingModel>()
  const failures = createLoadFailures()
  const lookUp = (name: string) => lookUpKnown(options.known(), name)

  const begin = createBegin(options, models, failures)

  async function load(name: string, overrides: LoadOverrides, hooks: ResolveHooks): Promise<RunningModel> {
    const known = lookUp(name)
    const present = models.get(known.name)
    if (!present) return begin(known.name, overrides, hooks)
    if (Object.keys(overrides).length === 0) return present.wait(hooks)
    throw new AppError(
      'conflict',
      `${known.name} is already loaded; unload it first to load it with other settings`,
    )
  }
  async function unload(name: string): Promise<void> {
    const known = models.has(name) ? { name } : lookUp(name)
    const model = models.get(known.name)
    if (!model) throw new AppError('conflict', `${known.name} is not loaded; see what is with: sluice ps`)
    models.delete(known.name)
    await model.close()
  }
  async function resolve(name: string, hooks: ResolveHooks): Promise<RunningModel> {
    // The usual case first, without a look at the catalogue.
    const up = models.get(name)?.running
    if (up) return up
    const known = lookUp(name)
    const present = models.get(known.name)
    if (present) return present.running ?? present.wait(hooks)
    if (options.autoload) {
      failures.assertCool(known.name)
      return begin(known.name, {}, hooks)
    }
    throw new AppError(
      'model_not_found',
      `${known.name} is not loaded, and autoload is off; run: sluice load ${known.name}`,
    )
  }

  return {
    load,
    unload,
    resolve,
    ...createDirectory(options.known, models),
    running: () => [...models.values()].flatMap((model) => model.running ?? []),
    async closeAll() {
      await Promise.allSettled([...models.keys()].map((name) => unload(name)))
    },
  }
}

/** Starts to load a model; the caller is the first who waits for it. */
function createBegin(
  options: LoadedModelsOptions,
  models: Map<string, LoadingModel>,
  failures: LoadFailures,
) {
  return (name: string, overrides: LoadOverrides, hooks: ResolveHooks): Promise<RunningModel> => {
    const model = createLoadingModel(name, async (loadHooks) => {
      const broughtUp = await options.load(name, overrides, loadHooks)
      failures.forget(name)
      return broughtUp
    })
    models.set(name, model)
    const first = model.wait(hooks)
    void model.failed.then((error) => {
      failures.failed(name, error)
      // As if it had never been asked for: the next request after the cool-down tries again.
      if (models.get(name) === model) models.delete(name)
    })
    return first
  }
}

function createDirectory(known: () => KnownModel[], models: Map<string, LoadingModel>) {
  const describe = (model: KnownModel) => describeModel(model, models.get(model.name))
  return {
    list: () => known().map(describe),
    find(id: string) {
      const found = known().find((model) => answersTo(model, id))
      return found && describe(found)
    },
  }
}

const answersTo = (model: KnownModel, name: string) => model.name === name || model.aliases.includes(name)

function lookUpKnown(known: KnownModel[], name: string): KnownModel {
  const found = known.find((model) => answersTo(model, name))
  if (found) return found
  const names = known.map((model) => model.name)
  const shown = names.slice(0, 10).join(', ') + (names.length > 10 ? ` and ${names.length - 10} more` : '')
  throw new AppError(
    'model_not_found',
    `there is no model "${name.slice(0, 200)}"; known models: ${shown || 'none'}`,
    {
      param: 'model',
    },
  )
}

function describeModel(known: KnownModel, model: LoadingModel | undefined): ModelListing {
  const listing: ModelListing = {
    id: known.name,
    aliases: known.aliases,
    created: known.created,
    status: model ? (model.running ? 'loaded' : 'loading') : 'unloaded',
  }
  if (model?.running) {
    listing.info = model.running.engine.info
    listing.slots = model.running.engine.status().slots
  }
  return listing
}
