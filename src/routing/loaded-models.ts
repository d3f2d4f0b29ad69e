import type { Engine } from '../engine/engine.ts'
import { AppError } from '../errors.ts'
import type { Admission } from '../admission/admission.ts'
import type { ModelListing, ModelRoute, ModelRouter, ResolveHooks } from './model-router.ts'

/** What the catalogue knows about a model that may be loaded. */
export type KnownModel = { name: string; aliases: string[]; created: number }

export type LoadedModelsOptions = {
  known(): KnownModel[]
  /** Brings a model up; called at most once at a time per model. */
  load(
    name: string,
    overrides: LoadOverrides,
    hooks: ResolveHooks,
  ): Promise<{ engine: Engine; admission: Admission }>
  /** Load on the first request that names a model; otherwise only `load` does. */
  autoload: boolean
}
export type LoadOverrides = { parallel?: number; contextLength?: number; threads?: number }
export type RunningModel = ModelRoute & { loadedAt: Date; loadMs: number }

type Entry = {
  progress: number
  listeners: Set<(fraction: number) => void>
  abort: AbortController
  loading: Promise<RunningModel>
  running?: RunningModel
}

export interface LoadedModels extends ModelRouter {
  /** Like `resolve`, whatever `autoload` says. Rejects with `conflict` if it runs with other settings. */
  load(name: string, overrides: LoadOverrides, hooks: ResolveHooks): Promise<RunningModel>
  /** Running requests of that model fail with `engine_failed`. */
  unload(name: string): Promise<void>
  running(): RunningModel[]
  closeAll(): Promise<void>
}

export function createLoadedModels(options: LoadedModelsOptions): LoadedModels {
  const entries = new Map<string, Entry>()
  const lookUp = (name: string) => lookUpKnown(options.known(), name)

  function begin(name: string, overrides: LoadOverrides): Entry {
    const abort = new AbortController()
    const entry: Entry = { progress: 0, listeners: new Set(), abort, loading: bringUp() }
    async function bringUp(): Promise<RunningModel> {
      const started = performance.now()
      // One turn later, so that `entry` exists before the first progress report.
      await Promise.resolve()
      const hooks = { signal: abort.signal, onProgress: (fraction: number) => report(entry, fraction) }
      const { engine, admission } = await options.load(name, overrides, hooks)
      const running = {
        model: name,
        engine,
        admission,
        loadedAt: new Date(),
        loadMs: performance.now() - started,
      }
      if (abort.signal.aborted) {
        await engine.close()
        throw new AppError('cancelled', `loading ${name} was cancelled`)
      }
      entry.running = running
      return running
    }
    entries.set(name, entry)
    entry.loading.catch(() => entries.delete(name))
    return entry
  }

  async function load(name: string, overrides: LoadOverrides, hooks: ResolveHooks): Promise<RunningModel> {
    const known = lookUp(name)
    const present = entries.get(known.name)
    if (present && Object.values(overrides).some((value) => value !== undefined)) {
      throw new AppError(
        'conflict',
        `${known.name} is already loaded; unload it first to load it with other settings`,
      )
    }
    return waitFor(present ?? begin(known.name, overrides), hooks)
  }

  async function unload(name: string): Promise<void> {
    const known = lookUp(name)
    const entry = entries.get(known.name)
    if (!entry) throw new AppError('conflict', `${known.name} is not loaded; see what is with: sluice ps`)
    entries.delete(known.name)
    entry.abort.abort()
    const running = await entry.loading.catch(() => undefined)
    await running?.engine.close()
  }

  return {
    load,
    unload,
    async resolve(name, hooks) {
      const known = lookUp(name)
      const entry = entries.get(known.name)
      if (entry?.running) return entry.running
      if (!entry && !options.autoload) {
        throw new AppError(
          'model_not_found',
          `${known.name} is not loaded, and autoload is off; run: sluice load ${known.name}`,
        )
      }
      return waitFor(entry ?? begin(known.name, {}), hooks)
    },
    list: () => options.known().map((known) => describe(known, entries.get(known.name))),
    find(id) {
      const known = options.known().find((model) => answersTo(model, id))
      return known && describe(known, entries.get(known.name))
    },
    running: () => [...entries.values()].flatMap((entry) => entry.running ?? []),
    async closeAll() {
      await Promise.allSettled([...entries.keys()].map((name) => unload(name)))
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

function report(entry: Entry, fraction: number): void {
  entry.progress = fraction
  for (const listener of entry.listeners) listener(fraction)
}

/** A caller may give up; the load goes on, since others may be waiting for it. */
async function waitFor(entry: Entry, { signal, onProgress }: ResolveHooks): Promise<RunningModel> {
  const left = Promise.withResolvers<never>()
  const leave = () =>
    left.reject(new AppError('cancelled', 'the caller went away while the model was loading'))
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  entry.listeners.add(onProgress)
  try {
    return await Promise.race([entry.loading, left.promise])
  } finally {
    entry.listeners.delete(onProgress)
    signal.removeEventListener('abort', leave)
  }
}

function describe(known: KnownModel, entry: Entry | undefined): ModelListing {
  const listing: ModelListing = {
    id: known.name,
    aliases: known.aliases,
    created: known.created,
    status: entry ? (entry.running ? 'loaded' : 'loading') : 'unloaded',
  }
  if (entry?.running) {
    listing.info = entry.running.engine.info
    listing.slots = entry.running.engine.status().slots
  }
  return listing
}
